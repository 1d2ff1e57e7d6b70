using System.Collections.Generic;
using BitSlab.Core;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>The operating system refuses one call, each in turn: what was allocated stays, the account stays exact, and all works again.</summary>
public sealed unsafe class RefusalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_call_may_be_refused(bool malloc)
    {
        SlabAllocatorOptions options = malloc ? SlabAllocatorOptions.Classic : SlabAllocatorOptions.Default;
        int calls = Run(options, 0, out _);
        Assert.True(calls > 30);
        int failures = 0;
        for (int nth = 1; nth <= calls; nth++)
        {
            Run(options, nth, out bool failed);
            failures += failed ? 1 : 0;
        }

        // Refused decommits go unnoticed, refused commits do not: otherwise nothing was injected.
        Assert.True(failures > 10);
    }

    // Fills some chunks with blocks of all kinds, frees them in two ways, fills again; then everything must be whole.
    private static int Run(SlabAllocatorOptions options, int refusedCall, out bool failed)
    {
        using CoreFixture core = new(options, 256u << 20);
        TestOs.RefuseOnly(refusedCall);
        failed = false;
        List<nint> live = [];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 600; i++)
            {
                nuint size = (i % 6) switch { 0 => 20_000, 1 => 300_000, 2 => i == 2 ? 3u << 20 : 40_000, 3 => 5000, _ => (nuint)i };
                nint block = core.Alloc(size, out AllocStatus status);
                Assert.Equal(block == 0, status != AllocStatus.Ok);
                failed |= block == 0;
                if (block != 0)
                {
                    *(nint*)block = block;
                    live.Add(block);
                }
            }

            foreach (nint block in live)
            {
                Assert.Equal(block, *(nint*)block);
                Assert.Equal(BlockStatus.Live, core.Free(block, round == 1 ? 0 : CoreFixture.Token));
            }

            live.Clear();
            Assert.Equal(0, core.Count().Blocks + core.Count().LargeBlocks);
        }

        int calls = TestOs.Calls;
        TestOs.RefuseOnly(0);
        nint last = core.Alloc(100);
        Assert.NotEqual(0, last);
        core.Free(last);

        // All that was taken is given back: what is left of the account is the heap.
        Maintenance.Trim(core.Allocator, CoreFixture.Token);
        Assert.Equal(0, core.Count().Slabs);
        Assert.Equal(core.Allocator->HeapBytes + core.Allocator->WordBytes, core.Allocator->Committed);
        Assert.Equal(0, core.Allocator->Idle.DirtySlices);
        return calls;
    }
}
