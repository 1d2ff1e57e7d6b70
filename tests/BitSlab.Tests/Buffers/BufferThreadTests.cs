using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using BitSlab.Buffers;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Buffers cross threads: made on one, disposed on another; and of several disposals at once one succeeds.</summary>
[Collection(AloneCollection.Name)]
public sealed class BufferThreadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Buffers_go_from_thread_to_thread(bool tracks)
    {
        int rounds = tracks ? 1_000 : 50_000;
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = tracks });
        var hands = new ConcurrentQueue<(SlabBuffer<int> Buffer, int Mark)>();
        Crowd.Run(4, number =>
        {
            for (int i = 0; i < rounds; i++)
            {
                int mark = (number * rounds) + i;
                SlabBuffer<int> buffer = new(1 + (i % 600), allocator);
                buffer.Span.Fill(mark);
                if (i % 3 == 0)
                {
                    buffer.Resize(buffer.Length * 2);
                }

                hands.Enqueue((buffer.Move(), mark));
                if (hands.TryDequeue(out (SlabBuffer<int> Buffer, int Mark) other))
                {
                    Assert.Equal(other.Mark, other.Buffer[0]);
                    other.Buffer.Dispose();
                }
            }
        });
        while (hands.TryDequeue(out (SlabBuffer<int> Buffer, int Mark) rest))
        {
            rest.Buffer.Dispose();
        }

        Whole.Empty(allocator);
    }

    [Fact]
    public void Of_disposals_at_once_one_succeeds_when_tracked()
    {
        const int Buffers = 500;
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = true });
        for (int round = 0; round < 5; round++)
        {
            var buffers = new SlabBuffer<int>[Buffers];
            for (int i = 0; i < Buffers; i++)
            {
                buffers[i] = new SlabBuffer<int>(50, allocator);
            }

            int refused = 0;
            Crowd.Run(3, number =>
            {
                for (int i = 0; i < Buffers; i++)
                {
                    SlabBuffer<int> copy = buffers[i];
                    try
                    {
                        if (number == 0)
                        {
                            copy = copy.Move();
                        }

                        copy.Dispose();
                    }
                    catch (ObjectDisposedException)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            });
            Assert.Equal(2 * Buffers, refused);
            Assert.Empty(allocator.GetLiveBuffers());
        }

        Whole.Empty(allocator);
    }

    // The allocator would refuse a second free, too, most of the time: here nobody does.
    [Fact]
    public void Of_ends_and_claims_at_once_one_succeeds()
    {
        const int Buffers = 3_000;
        using var allocator = new SlabAllocator();
        var tracker = new BufferTracker(allocator);
        TrackedBuffer[] buffers = [.. Enumerable.Range(0, Buffers).Select(i => tracker.Begin(typeof(int), i, 0))];
        int succeeded = 0;
        Crowd.Run(4, number =>
        {
            foreach (TrackedBuffer buffer in buffers)
            {
                int version = 1;
                if (number < 3 ? buffer.TryEnd(version) : buffer.TryAdvance(ref version))
                {
                    Interlocked.Increment(ref succeeded);
                }
            }
        });
        Assert.Equal(Buffers, succeeded);
        Assert.All(tracker.Describe(), each => Assert.Equal(typeof(int), each.Type));
        tracker.EndAll(isReset: false);
        Assert.Empty(tracker.Describe());
        Assert.All(buffers, each => Assert.False(each.IsAt(each.Version)));
    }
}
