using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>The meter BitSlab: six instruments by queue name.</summary>
public sealed class QueueMeterTests
{
    private static readonly Dictionary<string, (Type Kind, string Unit)> s_instruments = new()
    {
        ["bitslab.queue.length"] = (typeof(ObservableUpDownCounter<long>), "{event}"),
        ["bitslab.queue.bytes"] = (typeof(ObservableUpDownCounter<long>), "By"),
        ["bitslab.queue.peak_length"] = (typeof(ObservableGauge<long>), "{event}"),
        ["bitslab.queue.peak_bytes"] = (typeof(ObservableGauge<long>), "By"),
        ["bitslab.queue.enqueued"] = (typeof(ObservableCounter<long>), "{event}"),
        ["bitslab.queue.dropped"] = (typeof(ObservableCounter<long>), "{event}"),
    };

    [Fact]
    public void There_are_six_instruments_and_no_other()
    {
        using var queue = new SlabEventQueue();
        using var listener = new QueueListener();
        Assert.Equal(s_instruments.Keys.Order(), listener.Instruments.Keys.Order());
        foreach ((string name, Instrument instrument) in listener.Instruments)
        {
            Assert.Equal(s_instruments[name], (instrument.GetType(), instrument.Unit));
            Assert.False(string.IsNullOrEmpty(instrument.Description));
        }
    }

    [Fact]
    public void They_say_what_the_queue_says()
    {
        using SlabEventQueue queue = Named("queue-alone");
        using var listener = new QueueListener();
        for (int i = 0; i < 30; i++)
        {
            queue.TryEnqueue(new byte[i]);
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.True(queue.TryDequeue(out SlabEvent item));
            item.Dispose();
        }

        long[] expected = [queue.Length, queue.BytesInFlight, queue.PeakLength, queue.PeakBytesInFlight, queue.EnqueuedCount, queue.DroppedCount];
        Assert.Equal([16, 15 * 16 / 2 + (16 * 4), 20, 20 * 19 / 2, 20, 10], expected);
        Dictionary<string, long> found = listener.Observe("queue-alone");
        Assert.Equal(expected, s_instruments.Keys.Select(name => found[name]));
    }

    [Fact]
    public void Queues_of_one_name_are_summed_and_disposed_ones_are_gone()
    {
        using SlabEventQueue one = Named("queue-twins");
        using SlabEventQueue two = Named("queue-twins");
        using SlabEventQueue other = Named("queue-other");
        using var unnamed = new SlabEventQueue();
        using var listener = new QueueListener();
        Assert.True(one.TryEnqueue([]) && two.TryEnqueue([]) && two.TryEnqueue([]) && other.TryEnqueue([]));
        Assert.Equal((3, 1), (Length("queue-twins"), Length("queue-other")));
        Assert.Equal(6, listener.Observe("(unnamed)").Count);
        one.Dispose();
        Assert.Equal(2, Length("queue-twins"));
        two.Dispose();
        Assert.Empty(listener.Observe("queue-twins"));

        long Length(string name) => listener.Observe(name)["bitslab.queue.length"];
    }

    [Fact]
    public void It_may_be_observed_while_queues_come_and_go()
    {
        int running = 2;
        Crowd.Run(
            Churn,
            Churn,
            () =>
            {
                using var listener = new QueueListener();
                while (Volatile.Read(ref running) > 0)
                {
                    Assert.All(listener.Observe("queue-churn"), figure => Assert.True(figure.Value >= 0, $"{figure.Key} is {figure.Value}."));
                }

                Assert.Empty(listener.Observe("queue-churn"));
            });

        void Churn()
        {
            for (int round = 0; round < 200; round++)
            {
                using SlabEventQueue queue = Named("queue-churn");
                for (int i = 0; i < 20; i++)
                {
                    queue.TryEnqueue(new byte[i]);
                    queue.TryDequeue(out SlabEvent item);
                    item.Dispose();
                }
            }

            Interlocked.Decrement(ref running);
        }
    }

    private static SlabEventQueue Named(string name) =>
        new(new SlabEventQueueOptions { Name = name, Capacity = 20, FullMode = EventQueueFullMode.Refuse });
}
