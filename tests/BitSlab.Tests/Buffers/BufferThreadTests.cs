using System;
using System.Collections.Concurrent;
using System.Threading;
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
        int rounds = tracks ? 2_000 : 100_000;
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
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { TrackBuffers = true });
        for (int round = 0; round < 200; round++)
        {
            SlabBuffer<int> buffer = new(50, allocator);
            int refused = 0;
            Crowd.Run(3, number =>
            {
                SlabBuffer<int> copy = buffer;
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
            });
            Assert.Equal(2, refused);
            Assert.Empty(allocator.GetLiveBuffers());
        }

        Whole.Empty(allocator);
    }
}
