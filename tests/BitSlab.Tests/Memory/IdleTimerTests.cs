using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using BitSlab.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>The timer itself, in real time.</summary>
[Collection(AloneCollection.Name)]
public sealed class IdleTimerTests
{
    [Fact]
    public void Two_ticks_fit_the_ten_seconds_in_which_users_expect_their_memory_back() =>
        Assert.True(2 * IdleMemory.TickMilliseconds < 10_000);

    [Fact]
    public void With_the_timer_alone_freed_bytes_are_back_though_all_owners_sleep()
    {
        using Subject subject = Subject.Of(Face.Instance);
        using var owner = new Worker();
        using var second = new Worker();
        List<nint> blocks = [];
        foreach (Worker worker in (Worker[])[owner, second])
        {
            worker.Run(() => blocks.AddRange(Enumerable.Range(0, 60_000).Select(i =>
            {
                nint block = subject.Alloc((nuint)(1 + (i * 7 % 1024)));
                Pattern.Fill(block, 1, 1);
                return block;
            })));
        }

        // A third stays, side by side: the rest's pages are free. One half each goes by its owner and by another.
        nint[] freed = [.. blocks.Where((_, i) => i % 30_000 >= 10_000)];
        long before = subject.Allocator.GetStatistics().CommittedBytes;
        long freedBytes = freed.Sum(block => (long)subject.GetUsableSize(block));
        owner.Run(() => subject.FreeBatch([.. freed.Take(freed.Length / 2)]));
        subject.FreeBatch([.. freed.Skip(freed.Length / 2)]);

        // Current slabs stay, one for each of 64 classes and two threads.
        long expected = (freedBytes / 10 * 9) - (2 * 64 * Layout.SliceBytes);
        long begin = Environment.TickCount64;
        while (before - subject.Allocator.GetStatistics().CommittedBytes < expected)
        {
            Assert.True(Environment.TickCount64 - begin < 60_000, $"After a minute: {subject.Allocator.GetStatistics()}");
            Thread.Sleep(50);
        }
    }
}
