using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>
/// The operating system refuses calls, at each place in turn, while memory is given back, prefaulted and shared with a child: what lives is
/// whole, the account is exact once the fault is over, and all works again.
/// </summary>
public sealed unsafe class MaintenanceRefusalTests
{
    private const ulong ChildsToken = 2ul << 24;
    private const ulong NobodysToken = 3ul << 24;
    private const long Upfront = 1 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Each_call_may_be_refused(int inARow)
    {
        int calls = new Scenario().Run(0, 0);
        Assert.True(calls > 50, $"Only {calls} calls to refuse.");
        int failures = 0;
        long returned = new HashSet<long>(Enumerable.Range(1, calls).Select(nth =>
        {
            var scenario = new Scenario();
            scenario.Run(nth, inARow);
            failures += scenario.Failures;
            return scenario.Returned;
        })).Count;

        // Refused give-backs go unnoticed but for the bytes, refused commits do not: otherwise nothing was injected.
        Assert.True(failures > 5 && returned > 3, $"{failures} refused allocations, {returned} sums of returned bytes.");
    }

    [Fact]
    public void Holes_that_the_system_did_not_take_stay_and_go_the_next_time()
    {
        using CoreFixture core = new();
        nint[] blocks = [.. Enumerable.Range(0, 1000).Select(_ => core.Alloc(1000))];
        for (int i = 0; i < blocks.Length; i++)
        {
            Pattern.Fill(blocks[i], 1000, (uint)i);
            if (i % 10 != 0)
            {
                core.Free(blocks[i]);
            }
        }

        long committed = core.Allocator->Committed;
        TestOs.RefuseOnly(1);
        Maintenance.Trim(core.Allocator, 0);
        Assert.Equal(1, TestOs.Calls);
        Assert.Equal((committed, 0), (core.Allocator->Committed, core.Allocator->Returned));

        // One hole of several in a slab.
        TestOs.RefuseOnly(2);
        Maintenance.Trim(core.Allocator, 0);
        long part = core.Allocator->Returned;
        TestOs.RefuseOnly(0);
        Assert.InRange(part, 4096, committed / 16);
        Assert.Equal(committed - part, core.Allocator->Committed);
        Maintenance.Trim(core.Allocator, 0);
        Assert.True(core.Allocator->Returned > committed / 4);
        Assert.Equal(committed - core.Allocator->Returned, core.Allocator->Committed);
        for (int i = 0; i < blocks.Length; i += 10)
        {
            Pattern.Verify(blocks[i], 1000, (uint)i);
        }
    }

    private sealed class Scenario
    {
        private readonly Dictionary<nint, (uint Size, bool OfChild)> _live = [];

        public int Failures { get; private set; }

        public long Returned { get; private set; }

        public int Run(int refusedCall, int inARow)
        {
            using CoreFixture core = new(new SlabAllocatorOptions { HugePages = HugePages.Hint }, 128u << 20);
            Allocator* child = core.NewAllocator(new SlabAllocatorOptions { BlocksPerSlab = 256, HugePages = HugePages.Off });
            child->Parent = core.Allocator;
            child->Root = core.Allocator;
            core.Allocator->Children = 1;
            ThreadHeap* heap = CoreFixture.NewHeap(child, ChildsToken);

            TestOs.Refuse(refusedCall, inARow);
            Failures += Chunks.Prefault(core.Allocator, Upfront) == AllocStatus.Ok ? 0 : 1;
            for (int round = 0; round < 3; round++)
            {
                Fill(core, core.Heap, ofChild: false);
                Fill(core, heap, ofChild: true);
                FreeSome(core, round);
                for (int tick = 0; tick < 2; tick++)
                {
                    Rounds.Tick(core.Reservation);
                    Verify(core, child);
                }

                // Slabs with holes are used again, or become empty.
                if (round == 1)
                {
                    Fill(core, core.Heap, ofChild: false);
                }

                FreeSome(core, round + 1);
                Rounds.TrimFamily(core.Allocator, round == 1 ? CoreFixture.Token : NobodysToken);
                Verify(core, child);
            }

            Reset(core, child);
            Fill(core, heap, ofChild: true);
            Verify(core, child);
            CoreLock.Enter(&child->Gate, &core.Reservation->Os);
            Lifetime.DestroyAllocator(child);
            Forget(ofChild: true);
            Assert.Equal((0, 0), (core.Allocator->ChildBytes, core.Allocator->Children));
            Verify(core, null);

            int calls = TestOs.Calls;
            TestOs.RefuseOnly(0);
            AssertAllComesBack(core);
            Returned = core.Allocator->Returned;
            return calls;
        }

        private void AssertAllComesBack(CoreFixture core)
        {
            FreeAll(core);
            Rounds.TrimFamily(core.Allocator, CoreFixture.Token);
            Assert.Equal(0, core.Count().Slabs);
            Assert.Equal(core.Allocator->HeapBytes + core.Allocator->WordBytes, core.Allocator->Committed);
            Assert.Equal((0, 0, 0), (core.Allocator->Idle.DirtySlices, core.Allocator->Idle.KeptCount, core.Allocator->Returning));

            int before = Failures;
            Fill(core, core.Heap, ofChild: false);
            Verify(core, null);
            Assert.Equal(before, Failures);
            FreeAll(core);
            Rounds.TrimFamily(core.Allocator, CoreFixture.Token);
            Assert.Equal(core.Allocator->HeapBytes + core.Allocator->WordBytes, core.Allocator->Committed);
        }

        private void Fill(CoreFixture core, ThreadHeap* heap, bool ofChild)
        {
            for (int i = 0; i < 300; i++)
            {
                uint size = (i % 50) switch { 0 => 90_000, 1 => 20_000, 2 => i == 2 ? 3u << 20 : 300_000, < 20 => 3000, _ => 700 };
                AllocStatus status;
                bool zeroed = i % 3 == 0;
                nint block = (nint)Allocation.Alloc(heap, size, 1, &status, &zeroed);
                Assert.Equal(block == 0, status != AllocStatus.Ok);
                if (block == 0)
                {
                    Failures++;
                    continue;
                }

                Assert.True(!zeroed || IsZero(block, size), "A block that is said to be zero is not.");
                Pattern.Fill(block, size, Pattern.SeedOf(block));
                Assert.True(_live.TryAdd(block, (size, ofChild)), "A block was given twice.");
            }
        }

        private void FreeSome(CoreFixture core, int round)
        {
            int i = 0;
            foreach ((nint block, (uint _, bool ofChild)) in _live.ToArray())
            {
                // One in each few pages stays.
                if (i++ % 37 != round)
                {
                    Free(core, block, i % 3 == 0 ? NobodysToken : ofChild ? ChildsToken : CoreFixture.Token);
                }
            }
        }

        private void FreeAll(CoreFixture core)
        {
            foreach (nint block in _live.Keys.ToArray())
            {
                Free(core, block, CoreFixture.Token);
            }
        }

        private void Free(CoreFixture core, nint block, ulong token)
        {
            Pattern.Verify(block, _live[block].Size, Pattern.SeedOf(block));
            Assert.Equal(BlockStatus.Live, core.Free(block, token));
            _live.Remove(block);
        }

        private void Reset(CoreFixture core, Allocator* child)
        {
            CoreLock.Enter(&child->Gate, &core.Reservation->Os);
            Lifetime.FreeAll(child);
            CoreLock.Exit(&child->Gate);
            Forget(ofChild: true);
        }

        private void Forget(bool ofChild)
        {
            foreach (nint block in _live.Keys.Where(block => _live[block].OfChild == ofChild).ToArray())
            {
                _live.Remove(block);
            }
        }

        private void Verify(CoreFixture core, Allocator* child)
        {
            foreach ((nint block, (uint size, bool _)) in _live)
            {
                Pattern.Verify(block, size, Pattern.SeedOf(block));
            }

            long ofChild = child == null ? 0 : child->Committed;
            Assert.Equal(ofChild, core.Allocator->ChildBytes);
            Assert.Equal(_live.Values.Count(block => !block.OfChild), core.Count().Blocks + core.Count().LargeBlocks);
            Assert.Equal(0, core.Allocator->Returning);
        }

        private static bool IsZero(nint block, uint size) => new ReadOnlySpan<byte>((void*)block, (int)size).IndexOfAnyExcept((byte)0) < 0;
    }
}
