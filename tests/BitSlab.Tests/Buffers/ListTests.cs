using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>A native list does what <see cref="List{T}"/> does.</summary>
public sealed class ListTests
{
    private static readonly Gen<(int Operation, int A, int B)> s_operation = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 40], Gen.Int[0, 40]);

    [Fact]
    public void It_is_level_with_a_list_of_the_framework() =>
        s_operation.Array[0, 80].Sample(
            operations =>
            {
                using var allocator = new SlabAllocator();
                List<int> expected = [];
                using (var list = new SlabList<int>(allocator: allocator))
                {
                    foreach ((int operation, int a, int b) in operations)
                    {
                        Apply(list, expected, operation, a, b);
                        Assert.Equal(expected, list.ToArray());
                        Assert.True(list.Capacity >= list.Count);
                    }
                }

                Whole.Empty(allocator);
            },
            iter: 500,
            threads: 1);

    [Fact]
    public void What_cannot_be_is_refused_as_by_a_list()
    {
        using var list = new SlabList<int>();
        list.AddRange([1, 2, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlabList<int>(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => list[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Insert(4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Insert(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveAt(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveRange(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.RemoveRange(0, -1));
        Assert.Throws<ArgumentException>(() => list.RemoveRange(2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => list.Capacity = 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => list.EnsureCapacity(-1));
        Assert.Throws<ArgumentNullException>(() => list.RemoveAll(null!));
        Assert.Throws<NotSupportedException>(() => { list.RemoveAll(_ => throw new NotSupportedException()); });
        Assert.Throws<ArgumentException>(() => list.CopyTo(new int[2]));
        Assert.Equal([1, 2, 3], list.ToArray());
    }

    [Fact]
    public void Changed_while_it_is_gone_through_it_says_so()
    {
        using var list = new SlabList<int>();
        list.AddRange([1, 2]);
        Assert.Throws<InvalidOperationException>(() =>
        {
            foreach (int item in list)
            {
                list.Add(item);
            }
        });
        Assert.Equal(6, ((IEnumerable<int>)list).Append(2).Sum());
    }

    [Fact]
    public void After_disposal_it_throws_and_a_second_one_does_nothing()
    {
        using var allocator = new SlabAllocator();
        var list = new SlabList<int>(10, allocator);
        list.Add(1);
        SlabList<int>.Enumerator enumerator = list.GetEnumerator();
        list.Dispose();
        list.Dispose();
        List<Action> uses =
        [
            () => list.Add(1), () => list.AddRange([1]), () => list.Insert(0, 1), () => list.RemoveAt(0), () => list.RemoveRange(0, 0), () => list.Clear(),
            () => list.AsSpan(), () => _ = list.Count, () => _ = list.Capacity, () => list.Capacity = 3, () => list[0]++, () => list.TrimExcess(),
            () => list.EnsureCapacity(1), () => list.IndexOf(1), () => list.Sort(), () => list.ToArray(), () => list.GetEnumerator(), () => enumerator.MoveNext(),
            () => list.RemoveAll(_ => true), () => list.CopyTo(new int[1]), () => list.Remove(1),
        ];
        Assert.All(uses, use => Assert.Throws<ObjectDisposedException>(use));
        Whole.Empty(allocator);
    }

    [Fact]
    public void It_has_room_for_what_its_size_class_holds()
    {
        using var allocator = new SlabAllocator();
        using var list = new SlabList<byte>(allocator: allocator);
        for (int i = 0; i < 100_000; i++)
        {
            list.Add(unchecked((byte)i));
            Assert.InRange(allocator.GetStatistics().LiveBytes, list.Capacity, list.Capacity);
        }

        list.RemoveRange(10, 100_000 - 10);
        list.TrimExcess();
        Assert.InRange(allocator.GetStatistics().LiveBytes, 10, 16);
    }

    [Fact]
    public void At_the_allocators_limit_the_list_is_as_before()
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 8 << 20 });
        using var list = new SlabList<long>(allocator: allocator);
        Assert.Throws<SlabMemoryLimitException>(Fill);
        Assert.InRange(list.Count, 100_000, 1 << 20);
        Assert.Equal(Enumerable.Range(0, list.Count).Select(i => (long)i), list);

        void Fill()
        {
            while (true)
            {
                list.Add(list.Count);
            }
        }
    }

    private static void Apply(SlabList<int> list, List<int> expected, int operation, int a, int b)
    {
        int index = expected.Count == 0 ? 0 : a % expected.Count;
        int place = a % (expected.Count + 1);
        int count = b % (expected.Count - index + 1);
        switch (operation)
        {
            case 0:
                list.Add(a);
                expected.Add(a);
                break;
            case 1:
                int[] items = [.. Enumerable.Range(a, b)];
                list.AddRange(items);
                expected.AddRange(items);
                break;
            case 2:
                list.Insert(place, b);
                expected.Insert(place, b);
                break;
            case 3:
                // Some of its own.
                int[] own = expected.GetRange(index, count).ToArray();
                int at = b % (expected.Count + 1);
                list.InsertRange(at, list.AsSpan().Slice(index, count));
                expected.InsertRange(at, own);
                break;
            case 4 when expected.Count != 0:
                list.RemoveAt(index);
                expected.RemoveAt(index);
                break;
            case 5:
                list.RemoveRange(index, count);
                expected.RemoveRange(index, count);
                break;
            case 6:
                Assert.Equal(expected.RemoveAll(item => item % 7 == a % 7), list.RemoveAll(item => item % 7 == a % 7));
                break;
            case 7:
                Assert.Equal(expected.Remove(b), list.Remove(b));
                break;
            case 8:
                list.Sort();
                expected.Sort();
                break;
            case 9:
                list.TrimExcess();
                Assert.Equal(list.Count, list.Capacity);
                break;
            case 10:
                Assert.True(list.EnsureCapacity(a * b) >= a * b);
                break;
            case 11 when expected.Count != 0:
                list[index] = b;
                expected[index] = b;
                break;
            case 12 when a == 0:
                list.Clear();
                expected.Clear();
                break;
        }

        Assert.Equal((expected.Count, expected.IndexOf(a), expected.Contains(b)), (list.Count, list.IndexOf(a), list.Contains(b)));
        Assert.Equal(expected, list);
    }
}
