using System;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Random steps against a plain list, for many options, with all figures compared behind each step.</summary>
public sealed class QueueModelTests
{
    public static TheoryData<QueueForm, EventQueueFullMode, long, long> Cases
    {
        get
        {
            TheoryData<QueueForm, EventQueueFullMode, long, long> cases = [];
            int form = 0;
            foreach (EventQueueFullMode mode in Enum.GetValues<EventQueueFullMode>())
            {
                foreach ((long capacity, long bytes) in ((long, long)[])
                    [(long.MaxValue, long.MaxValue), (1, long.MaxValue), (7, 1000), (510, long.MaxValue), (700, 20_000), (long.MaxValue, 5000), (2000, 1)])
                {
                    // Each bound with two forms; all forms come up with each mode.
                    cases.Add((QueueForm)(form++ & 7), mode, capacity, bytes);
                    cases.Add((QueueForm)((form + 3) & 7), mode, capacity, bytes);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_queue_is_as_the_model(QueueForm form, EventQueueFullMode mode, long capacity, long bytes)
    {
        var options = new SlabEventQueueOptions { Capacity = capacity, ByteCapacity = bytes, FullMode = mode };
        QueueOperation.Sequences.Sample(operations =>
        {
            using var machine = new QueueMachine(form, options);
            machine.Run(operations);
        }, iter: 25, threads: 1);
    }

    [Theory]
    [InlineData(EventQueueFullMode.DropOldest, EventQueueFullMode.DropNewest, 7)]
    [InlineData(EventQueueFullMode.Wait, EventQueueFullMode.Refuse, 7)]
    [InlineData(EventQueueFullMode.Wait, EventQueueFullMode.DropOldest, 7)]
    [InlineData(EventQueueFullMode.Wait, EventQueueFullMode.Wait, 8)]
    [InlineData(EventQueueFullMode.DropNewest, EventQueueFullMode.DropNewest, 6)]
    public void A_model_of_other_options_is_caught(EventQueueFullMode mode, EventQueueFullMode other, int otherCapacity)
    {
        var options = new SlabEventQueueOptions { Capacity = 7, FullMode = mode };
        Assert.ThrowsAny<Exception>(() => QueueOperation.Sequences.Sample(operations =>
        {
            using var machine = new QueueMachine(QueueForm.None, options, new QueueModel(new() { Capacity = otherCapacity, FullMode = other }));
            machine.Run(operations);
        }, iter: 100, threads: 1));
    }

    [Fact]
    public void A_queue_that_was_changed_behind_the_model_is_caught()
    {
        using var queue = new SlabEventQueue();
        var model = new QueueModel(SlabEventQueueOptions.Default);
        Assert.True(model.Enqueue(5, 1) && queue.TryEnqueue(Payload.Of(5, 1)));
        model.Agrees(queue);
        Assert.True(queue.TryEnqueue([]));
        Assert.ThrowsAny<Exception>(() => model.Agrees(queue));
        Assert.True(queue.TryDequeue(out SlabEvent item));
        Assert.ThrowsAny<Exception>(() => Payload.Verify(item, 5, 2));
        Assert.ThrowsAny<Exception>(() => Payload.Verify(item, 4, 1));
        item.Dispose();
    }
}
