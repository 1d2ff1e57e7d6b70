using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary><c>random/10k</c>, <c>random/1M</c>: random ones of so many live blocks are replaced.</summary>
internal sealed class RandomWorkload(string name, int live, Effort effort)
    : BlockWorkload($"random/{name}", Slices(effort) * SlicedWork.Length)
{
    // One by one: the blocks of the others would live in the same heap meanwhile.
    public override string Family => Id;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(live, allocator, Slices(effort));

    // A million: each block of the larger set is replaced several times before the first round that counts.
    private static int Slices(Effort effort) => effort.Operations(500);

    /// <summary>Its blocks live through all rounds: in the first ones they get into the disorder that stays.</summary>
    private sealed class Work<T, TBlock> : SlicedWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly RandomReplacement<T, TBlock> _replacement;

        public Work(int live, SlabAllocator? allocator, int slices)
            : base(allocator, slices)
        {
            _replacement = new RandomReplacement<T, TBlock>(allocator, live, seed: 1);
            _replacement.Fill();
        }

        protected override void Slice() => _replacement.Replace();

        protected override void Finish() => _replacement.FreeAll();
    }
}
