using System;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary><c>steady/LENGTH</c>: a queue of constant length; each step puts one event in and takes the oldest out.</summary>
internal sealed class SteadyWorkload(string name, int length, int[] sizes) : BlockWorkload($"steady/{name}", sizes.Length)
{
    // One by one: the blocks of the others would live in the same heap meanwhile.
    public override string Family => Id;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(length, sizes, allocator);

    private sealed class Work<T, TBlock> : SlicedWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly int[] _sizes;
        private readonly TBlock[] _ring;
        private int _position;
        private int _next;

        public Work(int length, int[] sizes, SlabAllocator? allocator)
            : base(allocator, (sizes.Length + Length - 1) / Length)
        {
            _sizes = sizes;
            _ring = new TBlock[length];
            T source = T.Open(allocator);
            for (int i = 0; i < length; i++)
            {
                _ring[i] = source.Alloc(sizes[i % sizes.Length]);
            }
        }

        protected override void Slice()
        {
            T source = T.Open(Allocator);
            TBlock[] ring = _ring;
            int position = _position;
            int length = Math.Min(Length, _sizes.Length - _next);
            foreach (int size in _sizes.AsSpan(_next, length))
            {
                ref TBlock place = ref ring[position];
                TBlock oldest = place;
                place = source.Alloc(size);
                source.Free(oldest);
                if (++position == ring.Length)
                {
                    position = 0;
                }
            }

            _position = position;
            _next = _next + length == _sizes.Length ? 0 : _next + length;
        }

        protected override void Finish() => BlockCheck.FreeAll<T, TBlock>(Allocator, _ring);
    }
}
