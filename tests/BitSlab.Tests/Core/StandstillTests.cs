using System;
using System.Threading;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>Nothing but bits of blocks changes while a <see cref="Standstill"/> lasts, whatever other threads want.</summary>
public sealed unsafe class StandstillTests : IDisposable
{
    private const int Threads = 3;

    private readonly CoreFixture _core = new(reservationBytes: 256u << 20);
    private readonly nint[] _slots = new nint[2_000];

    public void Dispose() => _core.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Structures_stand_still_and_go_on(bool alone)
    {
        const int Standstills = 100;
        ThreadHeap*[] heaps = new ThreadHeap*[Threads];
        for (int i = 0; i < Threads; i++)
        {
            heaps[i] = CoreFixture.NewHeap(_core.Allocator, Token(i));
        }

        bool done = false;
        long calls = 0;
        long changes = 0;
        Crowd.Run(Threads + 2, thread =>
        {
            var random = new Random(thread);
            if (thread < Threads)
            {
                while (!Volatile.Read(ref done))
                {
                    Churn(heaps[thread], Token(thread), random);
                    Interlocked.Increment(ref calls);
                }
            }
            else if (thread == Threads)
            {
                while (!Volatile.Read(ref done))
                {
                    Maintain(random);
                }
            }
            else
            {
                ulong last = 0;
                for (int i = 0; i < Standstills || Volatile.Read(ref calls) < 100_000 || changes < 10; i++)
                {
                    Standstill.Enter(_core.Reservation);
                    ulong before = Fingerprint();
                    for (int k = 0; k < 20; k++)
                    {
                        Thread.Yield();
                    }

                    ulong after = Fingerprint();
                    if (alone)
                    {
                        Standstill.ExitAlone(_core.Reservation);
                    }
                    else
                    {
                        Standstill.Exit(_core.Reservation);
                    }

                    // A control: between standstills it does change.
                    changes += before != last ? 1 : 0;
                    last = after;
                    if (before != after)
                    {
                        Volatile.Write(ref done, true);
                        Assert.Fail("Something moved.");
                    }

                    Thread.Yield();
                }

                Volatile.Write(ref done, true);
            }
        });

        foreach (nint block in _slots)
        {
            Assert.True(block == 0 || _core.Free(block) == BlockStatus.Live);
        }

        // With a standstill as in the child of a fork a free that meets it may lose its short cut, never a block.
        Assert.Equal((0, 0), (_core.Count().Blocks, _core.Allocator->InvalidFrees));
    }

    private static ulong Token(int thread) => CoreFixture.Token * (ulong)(thread + 2);

    private void Maintain(Random random)
    {
        if (random.Next(2) == 0)
        {
            Rounds.Tick(_core.Reservation);
        }
        else
        {
            Rounds.TrimFamily(_core.Allocator, 0);
        }

        Thread.Sleep(1);
    }

    private void Churn(ThreadHeap* heap, ulong token, Random random)
    {
        nuint size = (nuint)random.Next(1, random.Next(50) == 0 ? 300_000 : 2_000);
        nint block = (nint)LocalAlloc.TakeOrRefill(heap, size);
        if (block == 0)
        {
            AllocStatus status;
            bool zeroed = false;
            block = (nint)Allocation.Alloc(heap, size, 1, &status, &zeroed);
            Assert.Equal(AllocStatus.Ok, status);
        }

        nint other = Interlocked.Exchange(ref _slots[random.Next(_slots.Length)], block);
        Reservation* reservation = _core.Reservation;
        if (other != 0 && !LocalFree.TryFree(heap, (void*)other, reservation->Base, reservation->Bytes, reservation->Slabs))
        {
            Assert.Equal(BlockStatus.Live, _core.Free(other, token));
        }
    }

    // What locks guard: current slabs, rings, slices, chunks, the account.
    private ulong Fingerprint()
    {
        HashCode hash = default;
        Allocator* allocator = _core.Allocator;
        hash.Add(allocator->ChunkCount);
        hash.Add(_core.Reservation->HighWater);
        for (Chunk* chunk = allocator->FirstChunk; chunk != null; chunk = chunk->Next)
        {
            hash.Add((nint)chunk);
            hash.Add(chunk->FreeSlices);
            hash.Add(chunk->DirtySlices);
        }

        for (ThreadHeap* heap = allocator->Heaps; heap != null; heap = heap->NextHeap)
        {
            for (nuint c = 0; c < (nuint)heap->ClassCount; c++)
            {
                Slab* first = *ThreadHeap.WithRoom(heap, c);
                hash.Add((nint)ThreadHeap.Entry(heap, c)->Slab);
                hash.Add((nint)first);
                for (Slab* slab = first; slab != null && slab->Next != first; slab = slab->Next)
                {
                    hash.Add((nint)slab->Next);
                }
            }
        }

        return (uint)hash.ToHashCode();
    }
}
