using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Once warm, buffers, boxes and lists leave nothing on the garbage-collected heap.</summary>
[Collection(AloneCollection.Name)]
public sealed class BufferGarbageTests : IDisposable
{
    private const int Rounds = 20_000;

    private readonly SlabAllocator _allocator = new();
    private long _sum;

    public void Dispose() => _allocator.Dispose();

    [Fact]
    public void Buffers_and_boxes_leave_nothing()
    {
        Assert.Equal(0, BytesOf(() => Pass(null)));
        Assert.Equal(0, BytesOf(() => Pass(_allocator)));

        static void Pass(SlabAllocator? allocator)
        {
            for (int i = 0; i < Rounds; i++)
            {
                using SlabBuffer<byte> buffer = new(i % 3_000, allocator);
                buffer.Resize((i % 3_000) + 1);
                buffer.Span[^1] = 1;
                using SlabBuffer<long> zeroed = SlabBuffer.Zeroed<long>(i % 100, allocator);
                using SlabBuffer<Int128> moved = new SlabBuffer<Int128>(i % 100, allocator).Move();
                using SlabBox<long> box = new(i, allocator);
                box.Value++;
            }
        }
    }

    [Fact]
    public void A_list_that_is_used_again_leaves_nothing()
    {
        using SlabList<int> list = new(0, _allocator);
        Assert.Equal(0, BytesOf(Pass));
        Assert.NotEqual(0, _sum);

        void Pass()
        {
            for (int i = 0; i < Rounds / 100; i++)
            {
                for (int k = 0; k < 1_000; k++)
                {
                    list.Add(k ^ 77);
                }

                list.InsertRange(5, list.AsSpan()[..10]);
                list.RemoveAt(0);
                list.Insert(0, 7);
                list.RemoveRange(10, 3);
                list.Sort();
                list.Sort(static (a, b) => b.CompareTo(a));
                list.RemoveAll(static item => item % 2 == 0);
                long sum = list.IndexOf(-1) + list.Capacity;
                foreach (int item in list)
                {
                    sum += item;
                }

                _sum = sum;
                list.Clear();
                list.TrimExcess();
            }
        }
    }

    // The first time is not counted.
    private static long BytesOf(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
