using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>The list does what <see cref="List{T}"/> does, and grows to what its block holds.</summary>
public sealed class ListTests : IDisposable
{
    private readonly SlabAllocator _allocator = new();
    private readonly SlabList<int> _list;

    public ListTests() => _list = new SlabList<int>(0, _allocator);

    public void Dispose()
    {
        _list.Dispose();
        Whole.Empty(_allocator);
        _allocator.Dispose();
    }

    [Fact]
    public void An_empty_list_holds_no_memory()
    {
        Assert.Equal((0, 0), (_list.Count, _list.Capacity));
        Assert.True(_list.AsSpan().IsEmpty);
        Assert.Empty(_list);
        Assert.Empty(_list.ToArray());
        Assert.Equal(-1, _list.IndexOf(0));
        _list.Sort();
        _list.Clear();
        _list.TrimExcess();
        _list.AddRange();
        _list.RemoveRange(0, 0);
        Assert.Equal(0, _list.RemoveAll(_ => true));
        Whole.Empty(_allocator);
    }

    [Fact]
    public void The_capacity_is_what_the_block_holds()
    {
        using SlabList<Triple> list = new(25, _allocator);
        Assert.Equal(608 / 24, list.Capacity);
        list.Capacity = 27;
        Assert.Equal(656 / 24, list.Capacity);
        Assert.Equal(list.Capacity, list.EnsureCapacity(3));
        Assert.InRange(list.EnsureCapacity(28), 54, 60);
        Assert.Equal(1, _allocator.GetStatistics().LiveBlocks);
        list.TrimExcess();
        Assert.Equal(0, list.Capacity);
        Assert.Equal(0, _allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Trimming_takes_the_smallest_block()
    {
        _list.AddRange([.. Enumerable.Range(0, 200)]);
        _list.EnsureCapacity(300);
        int before = _list.Capacity;
        _list.TrimExcess();
        Assert.True(_list.Capacity < before, $"{_list.Capacity}");
        Assert.Equal(200, _list.Capacity);
        Assert.Equal(Enumerable.Range(0, 200), _list);
        _list.Capacity = 201;
        _list.Capacity = 200;
        Assert.Equal(200, _list.Capacity);

        // Large ones, too.
        _list.EnsureCapacity(1_000_000);
        _list.TrimExcess();
        Assert.Equal(200, _list.Capacity);
        Assert.Equal(Enumerable.Range(0, 200), _list);
        Assert.Equal(1, _allocator.GetStatistics().LiveBlocks);
    }

    [Fact]
    public void Elements_are_read_and_written_in_place()
    {
        _list.AddRange(1, 2, 3);
        _list[1] = 20;
        ref int last = ref _list[2];
        last++;
        _list.AsSpan()[0] = 10;
        Assert.Equal([10, 20, 4], _list.ToArray());
        ((IList<int>)_list)[0] = 5;
        Assert.Equal(5, ((IReadOnlyList<int>)_list)[0]);
        Assert.Equal(5, ((IList<int>)_list)[0]);
        Assert.False(((ICollection<int>)_list).IsReadOnly);
    }

    [Fact]
    public void Elements_of_the_list_itself_are_added_and_inserted_as_they_were()
    {
        for (int round = 0; round < 40; round++)
        {
            var expected = new List<int>(Enumerable.Range(0, 1 + (round * 7)));
            _list.Clear();
            _list.TrimExcess();
            _list.AddRange([.. expected]);
            Twice(() => _list.AddRange(_list.AsSpan()), () => expected.AddRange([.. expected]));
            Twice(() => _list.InsertRange(_list.Count / 3, _list.AsSpan()), () => expected.InsertRange(expected.Count / 3, [.. expected]));
            Twice(() => _list.InsertRange(0, _list.AsSpan()[^1..]), () => expected.InsertRange(0, [expected[^1]]));
            Twice(() => _list.Insert(1, _list[^1]), () => expected.Insert(1, expected[^1]));
            Assert.Equal(expected, _list);

            // What a span still shows of removed elements.
            ReadOnlySpan<int> before = _list.AsSpan();
            _list.Clear();
            _list.AddRange(before);
            Assert.Equal(expected, _list);
        }

        static void Twice(Action one, Action other)
        {
            for (int i = 0; i < 2; i++)
            {
                one();
                other();
            }
        }
    }

    [Fact]
    public void Elements_are_found_by_equality()
    {
        using SlabList<double> numbers = new(0, _allocator);
        numbers.AddRange(1.5, double.NaN, -0.0, 1.5);
        Assert.Equal(0, numbers.IndexOf(1.5));
        Assert.Equal(1, numbers.IndexOf(double.NaN));
        Assert.Equal(2, numbers.IndexOf(0.0));
        bool isThere = numbers.Contains(2.5);
        Assert.False(isThere);
        Assert.True(numbers.Remove(1.5));
        Assert.False(numbers.Remove(7));
        Assert.Equal([double.NaN, -0.0, 1.5], numbers.ToArray());
    }

    [Fact]
    public void Sorting_takes_each_form_of_order()
    {
        _list.AddRange(3, 1, 2);
        _list.Sort();
        Assert.Equal([1, 2, 3], _list);
        _list.Sort((a, b) => b.CompareTo(a));
        Assert.Equal([3, 2, 1], _list);
        _list.Sort(Comparer<int>.Default);
        Assert.Equal([1, 2, 3], _list);
        using SlabList<Triple> unordered = new(0, _allocator);
        unordered.AddRange(default, default);
        Assert.Throws<InvalidOperationException>(unordered.Sort);
    }

    [Fact]
    public void Copies_need_room()
    {
        _list.AddRange(1, 2, 3);
        int[] array = new int[5];
        _list.CopyTo(array);
        Assert.Equal([1, 2, 3, 0, 0], array);
        ((ICollection<int>)_list).CopyTo(array, 2);
        Assert.Equal([1, 2, 1, 2, 3], array);
        Assert.Throws<ArgumentException>(() => _list.CopyTo(array.AsSpan(3)));
        Assert.ThrowsAny<ArgumentException>(() => ((ICollection<int>)_list).CopyTo(array, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ((ICollection<int>)_list).CopyTo(array, -1));
        Assert.Throws<ArgumentNullException>(() => ((ICollection<int>)_list).CopyTo(null!, 0));
    }

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        _list.AddRange(1, 2, 3);
        Action[] refused =
        [
            () => _ = new SlabList<int>(-1), () => _ = new SlabList<int>(-1, _allocator),
            () => _ = _list[-1], () => _ = _list[3], () => _ = _list[int.MaxValue], () => _list.RemoveAt(-1), () => _list.RemoveAt(3),
            () => _list.Insert(-1, 0), () => _list.Insert(4, 0), () => _list.InsertRange(-1, [1]), () => _list.InsertRange(4, []),
            () => _list.RemoveRange(-1, 1), () => _list.RemoveRange(0, -1), () => _list.EnsureCapacity(-1),
            () => _list.Capacity = 2, () => _list.Capacity = -1,
        ];
        Assert.All(refused, action => Assert.Throws<ArgumentOutOfRangeException>(action));
        Assert.Throws<ArgumentException>(() => _list.RemoveRange(2, 2));
        Assert.Throws<ArgumentException>(() => _list.RemoveRange(int.MaxValue, int.MaxValue));
        Assert.Throws<ArgumentNullException>(() => _list.RemoveAll(null!));
        Assert.Throws<ArgumentNullException>(() => _list.Sort((Comparison<int>)null!));
        Assert.Equal([1, 2, 3], _list);
    }

    [Fact]
    public void More_than_there_is_runs_out_of_memory_and_leaves_what_was()
    {
        using var limited = new SlabAllocator(new SlabAllocatorOptions { MemoryLimit = 16 << 20 });
        using (SlabList<long> list = new(0, limited))
        {
            Assert.Throws<SlabMemoryLimitException>(() =>
            {
                for (long i = 0; i < long.MaxValue; i++)
                {
                    list.Add(i);
                }
            });
            Assert.True(list.Count > 100_000);
            Assert.Equal(Enumerable.Range(0, list.Count).Select(i => (long)i), list);
            int count = list.Count;
            Assert.ThrowsAny<OutOfMemoryException>(() => list.EnsureCapacity(int.MaxValue));
            Assert.ThrowsAny<OutOfMemoryException>(() => list.AddRange(MemoryMarshal.CreateReadOnlySpan(ref list[0], int.MaxValue)));
            Assert.Equal(count, list.Count);
            list.Clear();
            list.TrimExcess();
            list.Add(7);
        }

        Whole.Empty(limited);
    }

    [Fact]
    public void A_disposed_list_refuses_everything()
    {
        SlabList<int> list = new(10, _allocator);
        list.AddRange(1, 2, 3);
        SlabList<int>.Enumerator enumerator = list.GetEnumerator();
        Assert.True(enumerator.MoveNext());
        list.Dispose();
        list.Dispose();
        Action[] refused =
        [
            () => _ = list.Count, () => _ = list.Capacity, () => list.Capacity = 20, () => _ = list[0], () => list[0] = 1,
            () => list.Add(1), () => list.AddRange(1), () => list.AddRange(), () => list.Insert(0, 1), () => list.InsertRange(0, []),
            () => list.RemoveAt(0),
            () => list.RemoveRange(0, 0), () => list.Remove(1), () => list.RemoveAll(_ => true), () => list.Clear(), () => list.AsSpan(),
            () => list.EnsureCapacity(0), () => list.TrimExcess(), () => list.Contains(1), () => list.IndexOf(1), () => list.Sort(),
            () => list.Sort((a, b) => 0), () => list.Sort(Comparer<int>.Default), () => list.CopyTo([]), () => list.ToArray(),
            () => list.GetEnumerator(), () => _ = list.First(), () => enumerator.MoveNext(), () => enumerator.Reset(),
            () => ((ICollection<int>)list).CopyTo(new int[9], 0),
        ];
        Assert.All(refused, action => Assert.Throws<ObjectDisposedException>(action));
        Assert.Throws<ObjectDisposedException>(() => new SlabList<int>(0, Disposed()));
        Assert.Throws<ObjectDisposedException>(() => new SlabList<int>(9, Disposed()));

        static SlabAllocator Disposed()
        {
            var allocator = new SlabAllocator();
            allocator.Dispose();
            return allocator;
        }
    }

    [Fact]
    public void An_enumerator_finds_changes()
    {
        Action[] changes =
        [
            () => _list.Add(1), () => _list.AddRange(1), () => _list.Insert(0, 1), () => _list.RemoveAt(0), () => _list.RemoveRange(0, 1),
            () => _list.Remove(2), () => _list.RemoveAll(item => item == 3), () => _list.Clear(), () => _list.Sort(),
            () => _list.TrimExcess(), () => _list.EnsureCapacity(1_000), () => ((IList<int>)_list)[0] = 4,
        ];
        foreach (Action change in changes)
        {
            _list.Clear();
            _list.AddRange(1, 2, 3);
            SlabList<int>.Enumerator enumerator = _list.GetEnumerator();
            Assert.True(enumerator.MoveNext());
            change();
            Assert.Throws<InvalidOperationException>(() => enumerator.MoveNext());
            Assert.Throws<InvalidOperationException>(enumerator.Reset);
        }
    }

    [Fact]
    public void An_enumerator_goes_through_once_more_when_reset()
    {
        _list.AddRange(1, 2);
        using IEnumerator<int> enumerator = ((IEnumerable<int>)_list).GetEnumerator();
        System.Collections.IEnumerator old = enumerator;
        for (int i = 0; i < 2; i++)
        {
            Assert.Throws<InvalidOperationException>(() => old.Current);
            Assert.True(enumerator.MoveNext());
            Assert.Equal(1, enumerator.Current);
            Assert.True(enumerator.MoveNext());
            Assert.Equal(2, old.Current);
            Assert.False(enumerator.MoveNext());
            Assert.False(enumerator.MoveNext());
            Assert.Throws<InvalidOperationException>(() => old.Current);
            enumerator.Reset();
        }
    }

    [Fact]
    public void Code_that_the_list_runs_cannot_take_its_memory_away()
    {
        _list.AddRange([.. Enumerable.Range(0, 101)]);
        Action[] takes = [_list.Dispose, () => _list.EnsureCapacity(10_000), () => _list.Capacity = 0x1000, () => _list.TrimExcess()];
        foreach (Action take in takes)
        {
            Assert.IsType<InvalidOperationException>(Assert.ThrowsAny<InvalidOperationException>(() => _list.Sort((a, b) =>
            {
                take();
                return 0;
            })).InnerException);
            Assert.Throws<InvalidOperationException>(() => _list.RemoveAll(_ =>
            {
                take();
                return true;
            }));
        }

        Assert.Throws<InvalidOperationException>(() => _list.RemoveAll(_ =>
        {
            _list.Clear();
            return true;
        }));
        _list.AddRange(1, 2, 3);
        Assert.Throws<FormatException>(() => _list.RemoveAll(_ => throw new FormatException()));
        Assert.Equal([1, 2, 3], _list);
        _list.EnsureCapacity(100_000);
    }

    [Fact]
    public void Threads_may_read_at_once()
    {
        _list.AddRange([.. Enumerable.Range(0, 10_000)]);
        Crowd.Run(4, number =>
        {
            for (int i = number; i < 10_000; i += 7)
            {
                Assert.Equal(i, _list[i]);
                Assert.Equal(i, _list.IndexOf(i));
            }

            Assert.Equal(Enumerable.Range(0, 10_000), _list);
        });
        _list.EnsureCapacity(100_000);
    }

    [Fact]
    public void Additions_up_to_the_capacity_stay_in_place()
    {
        _list.Add(0);
        ref int first = ref _list[0];
        while (_list.Count < _list.Capacity)
        {
            _list.Add(1);
        }

        Assert.True(Unsafe.AreSame(ref first, ref _list[0]));
        Assert.Equal(_list.Count * sizeof(int), _allocator.GetStatistics().LiveBytes);
    }
}
