using System;
using System.Collections.Generic;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>
/// The end of a <see cref="Standstill"/> in the child of a fork: other threads, which are there no more, had stopped between two steps that need no lock. Each test
/// leaves things as such a thread would.
/// </summary>
public sealed unsafe class ForkedChildTests : IDisposable
{
    private const nuint Size = 64;
    private const ulong Other = CoreFixture.Token * 2;

    private readonly CoreFixture _core = new();

    public void Dispose() => _core.Dispose();

    [Fact]
    public void A_word_is_not_used_with_anothers_first_block()
    {
        var live = new HashSet<nint>();
        for (int i = 0; i < 4 * 64; i++)
        {
            live.Add(_core.Alloc(Size));
        }

        // Of the first word some blocks are free. Its owner had stored the word, and not yet where its blocks stand.
        ClassEntry* entry = ThreadHeap.EntryFor(_core.Heap, Size - 1);
        Slab* slab = entry->Slab;
        byte* start = Reservation.AddressOf(_core.Reservation, slab);
        for (int i = 0; i < 64; i += 3)
        {
            nint block = (nint)(start + ((nuint)i * Size));
            Assert.True(live.Remove(block));
            Assert.Equal(BlockStatus.Live, _core.FreeFast(block));
        }

        Assert.NotEqual((nint)slab->FreeWords, (nint)entry->Word);
        entry->Word = slab->FreeWords;

        GoOnAsChild(token: 0);
        Assert.True(Lifetime.AdoptOrphan(_core.Allocator, Other) == _core.Heap);
        for (int i = 0; i < 200; i++)
        {
            Assert.True(live.Add(_core.Alloc(Size)), "A live block was handed out.");
        }
    }

    [Fact]
    public void Who_had_said_it_was_inside_is_not_waited_for()
    {
        // Behind the claim: it saw that one, and had not yet taken its word back.
        Standstill.Enter(_core.Reservation);
        _core.Heap->OwnerInside = 1;
        Standstill.ExitAlone(_core.Reservation, 0);

        Assert.True(HeapLock.TryEnter(_core.Heap));
        HeapLock.Exit(_core.Heap);
    }

    [Fact]
    public void An_allocator_that_was_being_made_is_not_waited_for()
    {
        Allocator* halfMade = _core.NewAllocator(SlabAllocatorOptions.Default);
        ulong number = halfMade->Number;
        halfMade->Number = 0;
        halfMade->Gate = 1;

        // It had its number since, and its gate was not open yet.
        Standstill.Enter(_core.Reservation);
        halfMade->Number = number;
        Standstill.ExitAlone(_core.Reservation, 0);

        Crowd.Run(() => GoOnAsChild(token: 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_another_thread_was_freeing_keeps_nothing_from_collection(bool isMarked)
    {
        nint block = _core.Alloc(Size);
        nint neighbour = _core.Alloc(Size);
        nint distant = 0;
        for (int i = 0; i < 100; i++)
        {
            distant = _core.Alloc(Size);
        }

        // This one was pushed, as it should be.
        Assert.Equal(BlockStatus.Live, _core.Free(_core.Alloc(2 * Size), Other));

        // Its bit was set, and perhaps its word marked; the slab was not pushed.
        Slab* slab = ThreadHeap.EntryFor(_core.Heap, Size - 1)->Slab;
        *Reservation.RemoteWords(_core.Reservation, slab) |= 1ul << (int)Slab.IndexOf(slab, (void*)block);
        slab->RemoteSummary |= isMarked ? 1ul : 0;

        GoOnAsChild(CoreFixture.Token);
        Assert.Equal(BlockStatus.DoubleFree, _core.FreeFast(block));
        Assert.Equal(BlockStatus.Live, _core.Free(neighbour, Other));
        Assert.Equal(BlockStatus.Live, _core.Free(distant, Other));
        for (nuint size = Size; size <= 2 * Size; size += Size)
        {
            // Once, each alone on its class's stack.
            Slab* ready = *ThreadHeap.Ready(_core.Heap, ThreadHeap.ClassOf(_core.Heap, (uint)size));
            Assert.True(ready != null && ready->ReadyNext == null);
        }

        Assert.True(Collection.RunAll(_core.Heap));
        Assert.Equal((99, 0), (_core.Count().Blocks, _core.Allocator->InvalidFrees));
        Assert.False(SlabLife.HasRemoteBits(_core.Reservation, slab));
        Assert.False(Collection.RunAll(_core.Heap));
    }

    [Fact]
    public void Heaps_of_all_threads_but_the_calling_one_are_anyones()
    {
        ThreadHeap* others = CoreFixture.NewHeap(_core.Allocator, Other);
        GoOnAsChild(CoreFixture.Token);

        Assert.True(Lifetime.AdoptOrphan(_core.Allocator, Other * 2) == others);
        Assert.True(Lifetime.AdoptOrphan(_core.Allocator, Other * 4) == null);
    }

    private void GoOnAsChild(ulong token)
    {
        Standstill.Enter(_core.Reservation);
        Standstill.ExitAlone(_core.Reservation, token);
    }
}
