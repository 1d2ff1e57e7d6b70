using System;
using System.Globalization;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>
/// Events in number, contents, order and count verified, without waste of time on anything else: a million by default, more by hand with
/// <c>BITSLAB_SOAK_EVENTS</c>.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class QueueSoakTests
{
    private static readonly long s_events =
        long.TryParse(Environment.GetEnvironmentVariable("BITSLAB_SOAK_EVENTS"), NumberStyles.Any, CultureInfo.InvariantCulture, out long events) ? events : 1_000_000;

    // Some hundred times what it takes.
    private static readonly TimeSpan s_guard = Crowd.HangGuard + TimeSpan.FromMicroseconds(100.0 * s_events);

    [Theory]
    [InlineData(1, 1, 3)]
    [InlineData(2, 1, 2)]
    [InlineData(1, 2, 1)]
    [InlineData(3, 2, 0)]
    public void Nothing_is_lost_doubled_or_out_of_order(int producers, int consumers, int bits)
    {
        using var subject = new QueueSubject((QueueForm)bits | QueueForm.GivenAllocator, new SlabEventQueueOptions { Capacity = 10_000 });
        SlabEventQueue queue = subject.Queue;
        long each = s_events / producers;
        var arrivals = new Arrivals[consumers];
        int running = producers;
        var bodies = new Action[producers + consumers];
        for (int i = 0; i < bodies.Length; i++)
        {
            int number = i;
            bodies[i] = i < producers ? () => Produce(number) : () => Consume(number - producers);
        }

        Crowd.Run(s_guard, bodies);
        Arrivals.AreAll(arrivals, Arrivals.Sent(producers, each));
        Assert.Equal((each * producers, 0L), (queue.EnqueuedCount, queue.Length));
        TestContext.Current.TestOutputHelper!.WriteLine($"{queue.EnqueuedCount} events");
        subject.AssertLeavesNothing();

        void Produce(int producer)
        {
            for (long number = 0; number < each; number++)
            {
                var item = new NumberedEvent(producer, number);
                while (!queue.TryEnqueue(item.Length, item, NumberedEvent.Write))
                {
                    Thread.Yield();
                }
            }

            if (Interlocked.Decrement(ref running) == 0)
            {
                queue.Complete();
            }
        }

        void Consume(int consumer)
        {
            var own = new Arrivals(producers);
            SlabEvent[] batch = new SlabEvent[64];
            while (true)
            {
                bool isDone = queue.Completion.IsCompleted;
                int count = queue.TryDequeueBatch(batch);
                foreach (SlabEvent item in batch.AsSpan(0, count))
                {
                    own.Note(item);
                }

                SlabEvent.DisposeBatch(batch.AsSpan(0, count));
                if (count == 0 && isDone)
                {
                    break;
                }

                if (count == 0)
                {
                    Thread.Yield();
                }
            }

            arrivals[consumer] = own;
        }
    }
}
