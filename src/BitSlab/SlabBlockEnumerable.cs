using BitSlab.Core;

namespace BitSlab;

/// <summary>The live blocks of an allocator, for foreach. Allocates nothing.</summary>
public readonly struct SlabBlockEnumerable
{
    private readonly SlabAllocator _allocator;

    internal SlabBlockEnumerable(SlabAllocator allocator) => _allocator = allocator;

    /// <summary>Starts a walk.</summary>
    public Enumerator GetEnumerator() => new(_allocator);

    /// <summary>A walk over the live blocks.</summary>
    public struct Enumerator
    {
        private readonly SlabAllocator _allocator;
        private BlockWalk _walk;

        internal Enumerator(SlabAllocator allocator)
        {
            _allocator = allocator;
            _walk = allocator.Walk();
        }

        /// <summary>The block that the walk has reached.</summary>
        public SlabBlock Current { get; private set; }

        /// <summary>Goes to the next live block; false at the end.</summary>
        /// <exception cref="System.ObjectDisposedException">The allocator is disposed.</exception>
        public bool MoveNext()
        {
            bool found = _allocator.Walk(ref _walk, out SlabBlock block);
            Current = block;
            return found;
        }
    }
}
