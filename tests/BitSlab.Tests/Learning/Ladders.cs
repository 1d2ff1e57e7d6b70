using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Core;
using BitSlab.Threads;

namespace BitSlab.Tests.Learning;

/// <summary>Ladders of a test's own choice, in place of learned ones.</summary>
internal static unsafe class Ladders
{
    /// <summary>The core's side of an allocator.</summary>
    public static Allocator* CoreOf(SlabAllocator allocator)
    {
        void* block = allocator.Alloc(1);
        Allocator* core = Slab.At(Slab.SliceOf(block), ProcessMemory.Table)->First->Heap->Allocator;
        allocator.Free(block);
        return core;
    }

    /// <summary>Has the heaps of an allocator change, as its learner does: under the gate, which keeps the learner away.</summary>
    public static void Publish(Allocator* allocator, IReadOnlyCollection<int> blockSizes)
    {
        SizeLadder ladder = default;
        foreach (int size in blockSizes)
        {
            SizeLadder.Add(&ladder, (uint)size);
        }

        CoreLock.Enter(&allocator->Gate, &allocator->Reservation->Os);
        LadderChange.Publish(allocator, &ladder);
        CoreLock.Exit(&allocator->Gate);
    }

    /// <summary>Random block sizes that an allocator has room for: multiples of an alignment, the last one the maximum.</summary>
    public static int[] Random(Random random, int classes, int alignment, int maximum)
    {
        // Half of them small, as learned ones are.
        IEnumerable<int> inner = Enumerable.Range(0, random.Next(classes))
            .Select(i => random.Next(1, (i % 2 == 0 ? Math.Min(1024, maximum) : maximum) / alignment) * alignment);
        return [.. new SortedSet<int>(inner) { maximum }];
    }

    /// <summary>The smallest of some block sizes that holds a size.</summary>
    public static int For(IEnumerable<int> blockSizes, int size) => blockSizes.First(blockSize => blockSize >= size);
}
