using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Random calls on a list, side by side with <see cref="List{T}"/>.</summary>
public sealed class ListModelTests
{
    [Fact]
    public void The_list_is_one()
    {
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1_000_000], Gen.Int[0, 300]).Array[0, 120].Sample(steps =>
        {
            using var allocator = new SlabAllocator();
            using (SlabList<Triple> list = new(0, allocator))
            {
                var model = new List<Triple>();
                foreach ((int operation, int where, int count) in steps)
                {
                    Step(list, model, operation, where, count);
                    Assert.Equal(model, list);
                    Assert.True(list.Capacity >= list.Count);
                }
            }

            Assert.Equal(0, allocator.GetStatistics().LiveBlocks);
        }, iter: 300);
    }

    private static void Step(SlabList<Triple> list, List<Triple> model, int operation, int where, int count)
    {
        int at = where % (model.Count + 1);
        Triple item = new(where, count, operation);
        Triple[] items = [.. Enumerable.Range(0, count).Select(i => new Triple(i, where, 0))];
        switch (operation)
        {
            case 0 or 1:
                list.Add(item);
                model.Add(item);
                break;
            case 2:
                list.AddRange(items);
                model.AddRange(items);
                break;
            case 3:
                list.Insert(at, item);
                model.Insert(at, item);
                break;
            case 4:
                list.InsertRange(at, items);
                model.InsertRange(at, items);
                break;
            case 5 when model.Count != 0:
                list.RemoveAt(where % model.Count);
                model.RemoveAt(where % model.Count);
                break;
            case 6:
                int removed = int.Min(count, model.Count - at);
                list.RemoveRange(at, removed);
                model.RemoveRange(at, removed);
                break;
            case 7:
                Assert.Equal(model.RemoveAll(each => each.First % 3 == count % 3), list.RemoveAll(each => each.First % 3 == count % 3));
                break;
            case 8:
                Triple[] distinct = [.. model.Distinct().OrderBy(each => (each.Second, each.First, each.Third))];
                list.Clear();
                list.AddRange(distinct.AsEnumerable().Reverse().ToArray());
                list.Sort((a, b) => (a.Second, a.First, a.Third).CompareTo((b.Second, b.First, b.Third)));
                model.Clear();
                model.AddRange(distinct);
                break;
            case 9:
                list.TrimExcess();
                break;
            case 10:
                list.InsertRange(at, list.AsSpan()[..int.Min(count, list.Count)]);
                model.InsertRange(at, model.Take(count).ToArray());
                break;
            default:
                Assert.Equal(model.IndexOf(item), list.IndexOf(item));
                list.EnsureCapacity(count);
                break;
        }
    }
}
