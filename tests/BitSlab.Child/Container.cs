using System;
using System.Threading;

namespace BitSlab.Child;

/// <summary>
/// In a container with a memory limit: threads that allocate and then sleep, one after another, and another thread frees all they allocated. Together
/// they allocate several times the limit, so whoever keeps what was freed is killed. Idle memory is not given back by itself: the soft limit's trim alone does it.
/// </summary>
internal static unsafe class Container
{
    private const int Threads = 12;
    private const int BlockBytes = 1024;

    public static void Run(long limit)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var options = new SlabAllocatorOptions { IdleGiveBack = false };
        Report.Require(options.SoftLimit <= limit / 4 * 3, "The soft limit does not know the container's limit.");
        using var allocator = new SlabAllocator(options);
        var blocks = new nint[limit / 3 / BlockBytes];
        using var end = new ManualResetEventSlim();
        using var filled = new SemaphoreSlim(0);
        var sleepers = new Thread[Threads];
        long allocated = 0;
        for (int i = 0; i < Threads; i++)
        {
            sleepers[i] = new Thread(() =>
            {
                for (int b = 0; b < blocks.Length; b++)
                {
                    blocks[b] = (nint)allocator.Alloc(BlockBytes);
                    new Span<byte>((void*)blocks[b], BlockBytes).Fill((byte)b);
                }

                filled.Release();
                end.Wait();
            });
            sleepers[i].Start();
            filled.Wait();
            for (int b = 0; b < blocks.Length; b++)
            {
                var content = new ReadOnlySpan<byte>((void*)blocks[b], BlockBytes);
                Report.Require(!content.ContainsAnyExcept((byte)b), "A block lost its contents.");
                allocator.Free((void*)blocks[b]);
                allocated += BlockBytes;
            }
        }

        end.Set();
        Array.ForEach(sleepers, sleeper => sleeper.Join());
        Report.Require(allocated > 3 * limit, "So much would fit beside one another.");
        Report.Line("available", available);
        Report.Line("allocated", allocated);
        Report.Line("live", allocator.GetStatistics().LiveBlocks);
    }
}
