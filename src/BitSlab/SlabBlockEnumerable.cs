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
    public unsafe struct Enumerator
    {
        // Keeps the allocator from its finalizer while the walk goes on.
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
        public bool MoveNext()
        {
            nuint address;
            nuint bytes;
            bool found = _walk.Next(&address, &bytes);
            Current = found ? new SlabBlock(unchecked((nint)address), bytes) : default;
            System.GC.KeepAlive(_allocator);
            return found;
        }
    }
}
