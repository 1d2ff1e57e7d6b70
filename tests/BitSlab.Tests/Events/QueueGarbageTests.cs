using System;
using System.Diagnostics;
using System.Reflection;
using System.Threading.Tasks;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Once warm, events leave nothing on the garbage-collected heap, and waits next to nothing.</summary>
[Collection(AloneCollection.Name)]
public sealed class QueueGarbageTests
{
    private const int Events = 100_000;
    private const int Waits = 10_000;

    private readonly byte[] _payload = new byte[100];
    private readonly SlabEvent[] _batch = new SlabEvent[50];

    public static TheoryData<QueueForm> Forms => QueueSubject.Forms;

    [Theory]
    [MemberData(nameof(Forms))]
    public void Events_that_come_and_go_leave_nothing(QueueForm form)
    {
        foreach (EventQueueFullMode mode in Enum.GetValues<EventQueueFullMode>())
        {
            using var subject = new QueueSubject(form, new SlabEventQueueOptions { Capacity = 700, FullMode = mode });
            SlabEventQueue queue = subject.Queue;
            OneByOne(queue);
            InBatches(queue);
            Assert.Equal(0, BytesOf(() => OneByOne(queue)));
            Assert.Equal(0, BytesOf(() => InBatches(queue)));
        }

        void OneByOne(SlabEventQueue queue)
        {
            for (int i = 0; i < Events; i++)
            {
                queue.TryEnqueue(_payload);
                queue.TryEnqueue(i % 64, i, static (bytes, number) => bytes.Fill(unchecked((byte)number)));
                queue.TryDequeue(out SlabEvent item);
                item.Span[..0].Clear();
                item.Dispose();
            }
        }

        void InBatches(SlabEventQueue queue)
        {
            for (int i = 0; i < Events / 100; i++)
            {
                for (int k = 0; k < 100; k++)
                {
                    queue.TryEnqueue(_payload);
                }

                for (int count = 1; count != 0;)
                {
                    count = queue.TryDequeueBatch(_batch);
                    SlabEvent.DisposeBatch(_batch.AsSpan(0, count));
                }
            }
        }
    }

    [Fact]
    public void Calls_that_do_not_have_to_wait_leave_nothing()
    {
        using var queue = new SlabEventQueue();
        using var other = new SlabEventQueue(new SlabEventQueueOptions { Allocator = queue.Allocator });
        Pass();
        Assert.Equal(0, BytesOf(Pass));

        void Pass()
        {
            for (int i = 0; i < Events; i++)
            {
                ValueTask written = queue.EnqueueAsync(_payload);
                Assert.True(written.IsCompletedSuccessfully);
                ValueTask<SlabEvent> taken = queue.DequeueAsync();
                Assert.True(taken.IsCompletedSuccessfully);
                SlabEvent item = taken.GetAwaiter().GetResult();
                ValueTask moved = other.EnqueueAsync(item);
                Assert.True(moved.IsCompletedSuccessfully);
                other.TryDequeue(out item);
                item.Dispose();
            }
        }
    }

    [Fact]
    public async Task Waits_for_events_leave_next_to_nothing()
    {
        Assert.SkipWhen(IsDebug, "In Debug the compiler makes an object of each async call.");
        using var queue = new SlabEventQueue();
        Assert.InRange(await BytesPerWait(Pass), 0, 16);

        async Task Pass()
        {
            for (int i = 0; i < Waits; i++)
            {
                ValueTask<SlabEvent> wait = queue.DequeueAsync();
                queue.TryEnqueue(_payload);
                (await wait).Dispose();
            }
        }
    }

    [Fact]
    public async Task Waits_for_room_leave_next_to_nothing()
    {
        using var queue = new SlabEventQueue(new SlabEventQueueOptions { Capacity = 1 });
        queue.TryEnqueue(_payload);
        Assert.InRange(await BytesPerWait(Pass), 0, 16);

        async Task Pass()
        {
            for (int i = 0; i < Waits; i++)
            {
                ValueTask wait = queue.EnqueueAsync(_payload);
                queue.TryDequeue(out SlabEvent item);
                item.Dispose();
                await wait;
            }
        }
    }

    // A wait may end on any thread, so all are counted: of some passes the least, for what else the process does at that time is no wait's.
    private static async Task<long> BytesPerWait(Func<Task> pass)
    {
        await pass();
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await pass();
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Waits);
        }

        return least;
    }

    private static bool IsDebug =>
        typeof(SlabEventQueue).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };

    private static long BytesOf(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
