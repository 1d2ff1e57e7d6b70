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
    private const int Allocators = 4;

    private readonly CoreFixture _core = new(reservationBytes: 512u << 20);
    private readonly Allocator*[] _allocators = new Allocator*[Allocators];
    private readonly ThreadHeap*[] _heaps = new ThreadHeap*[Threads * Allocators];
    private readonly nint[] _slots = new nint[2_000];

    public StandstillTests()
    {
        _allocators[0] = _core.Allocator;
        _allocators[1] = _core.NewAllocator(SlabAllocatorOptions.Classic);
        _allocators[2] = _core.NewAllocator(SlabAllocatorOptions.Default);

        // The structure of a family's root may be newer than its child's, which then served another before.
        _allocators[3] = _core.NewAllocator(SlabAllocatorOptions.Default);
        _allocators[2]->Parent = _allocators[3];
        _allocators[2]->Root = _allocators[3];
        _allocators[3]->Children = 1;
        for (int i = 0; i < _heaps.Length; i++)
        {
            _heaps[i] = CoreFixture.NewHeap(_allocators[i % Allocators], Token(i / Allocators));
        }
    }

    public void Dispose() => _core.Dispose();

    [Fact]
    public void Structures_stand_still_and_go_on()
    {
        const int Standstills = 100;
        bool done = false;
        long[] calls = new long[Threads];
        long changes = 0;

        // Whoever fails ends all: the others would wait for it.
        void Run(Action body)
        {
            try
            {
                body();
            }
            catch
            {
                Volatile.Write(ref done, true);
                throw;
            }
        }

        Crowd.Run(Threads + 2, thread => Run(() =>
        {
            var random = new Random(thread);
            if (thread == Threads + 1)
            {
                int last = 0;
                for (int i = 0; !Volatile.Read(ref done); i++)
                {
                    Standstill.Enter(_core.Reservation);
                    int before = Fingerprint();
                    for (int k = 0; k < 100; k++)
                    {
                        Thread.Yield();
                    }

                    int after = Fingerprint();
                    Standstill.Exit(_core.Reservation);
                    Assert.Equal(before, after);

                    // A control: between standstills it does change.
                    changes += before != last ? 1 : 0;
                    last = after;
                    Thread.Yield();
                    bool enough = i >= Standstills && changes >= Standstills / 2;
                    foreach (ref long count in calls.AsSpan())
                    {
                        enough &= Volatile.Read(ref count) >= 10_000;
                    }

                    if (enough)
                    {
                        Volatile.Write(ref done, true);
                    }
                }
            }

            while (!Volatile.Read(ref done))
            {
                if (thread == Threads)
                {
                    Maintain(random);
                }
                else
                {
                    Churn(thread, random);
                    Volatile.Write(ref calls[thread], calls[thread] + 1);
                }
            }
        }));

        foreach (nint block in _slots)
        {
            Assert.True(block == 0 || _core.Free(block) == BlockStatus.Live);
        }

        foreach (Allocator* allocator in _allocators)
        {
            CensusTotals totals = default;
            Census.Count(allocator, &totals);
            Assert.Equal((0, 0, 0), (totals.Blocks, totals.LargeBlocks, allocator->InvalidFrees));
        }
    }

    [Fact]
    public void Leaves_are_taken_behind_the_chunk_locks_of_all()
    {
        // As a thread that takes slices for the child, and is about to take its root's lock for the permits.
        Allocator* child = _allocators[2];
        Allocator* root = _allocators[3];
        Assert.True(CoreLock.TryEnter(&child->ChunkLock));
        Crowd.Run(
            () =>
            {
                Standstill.Enter(_core.Reservation);
                Standstill.Exit(_core.Reservation);
            },
            () =>
            {
                while (Volatile.Read(ref root->ChunkLock) == 0)
                {
                    Thread.Yield();
                }

                for (int k = 0; k < 1_000; k++)
                {
                    Thread.Yield();
                }

                bool isFree = CoreLock.TryEnter(&root->FamilyLock);
                if (isFree)
                {
                    CoreLock.Exit(&root->FamilyLock);
                }

                CoreLock.Exit(&child->ChunkLock);
                Assert.True(isFree);
            });
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
            Rounds.TrimFamily(_allocators[random.Next(Allocators)], 0);
        }

        Thread.Sleep(1);
    }

    // A block of any size and allocator takes the place of one that whoever allocated: local frees, and other threads'.
    private void Churn(int thread, Random random)
    {
        ThreadHeap* heap = _heaps[(thread * Allocators) + random.Next(Allocators)];
        int kind = random.Next(1_000);
        nuint size = (nuint)random.Next(1, kind < 2 ? 3 << 20 : kind < 10 ? 300_000 : 2_000);
        if (kind >= 500)
        {
            // Few in a slab: the heap turns from one to the next all the time.
            size = 30_000;
        }
        else if (kind >= 450)
        {
            Assert.True(Reservation.AllocateStructure(_core.Reservation, 1) != null);
        }

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
            Assert.Equal(BlockStatus.Live, _core.Free(other, Token(thread)));
        }
    }

    // What locks guard: current slabs, rings, slices, chunks, areas of words, the registry of large blocks, the core's structures.
    private int Fingerprint()
    {
        HashCode hash = default;
        Reservation* reservation = _core.Reservation;
        hash.Add(reservation->HighWater);
        hash.Add(reservation->WordBytesUsed);
        hash.Add((nint)reservation->ArenaNext);
        AddBytes(ref hash, reservation->FreeChunks, (reservation->ChunkCount + 63) / 64 * sizeof(ulong));
        AddBytes(ref hash, &reservation->Large, (nuint)sizeof(LargeRegistry));
        foreach (Allocator* allocator in _allocators)
        {
            hash.Add(allocator->ChunkCount);
            AddBytes(ref hash, &allocator->Words, (nuint)sizeof(WordArena));
            AddBytes(ref hash, &allocator->Idle, (nuint)sizeof(IdleMemory));
            for (Chunk* chunk = allocator->FirstChunk; chunk != null; chunk = chunk->Next)
            {
                hash.Add((nint)chunk);
                hash.Add(chunk->FreeSlices);
                hash.Add(chunk->DirtySlices);
            }

            for (ThreadHeap* heap = allocator->Heaps; heap != null; heap = heap->NextHeap)
            {
                AddHeap(ref hash, heap);
            }
        }

        return hash.ToHashCode();
    }

    private static void AddHeap(ref HashCode hash, ThreadHeap* heap)
    {
        for (nuint c = 0; c < (nuint)heap->ClassCount; c++)
        {
            hash.Add((nint)ThreadHeap.Entry(heap, c)->Slab);
            Slab* first = *ThreadHeap.WithRoom(heap, c);
            Slab* slab = first;
            while (slab != null)
            {
                hash.Add((nint)slab);
                hash.Add(slab->PurgedCount);
                slab = slab->Next == first ? null : slab->Next;
            }
        }
    }

    private static void AddBytes(ref HashCode hash, void* start, nuint bytes) => hash.AddBytes(new ReadOnlySpan<byte>(start, (int)bytes));
}
