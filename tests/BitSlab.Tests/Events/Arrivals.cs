using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>What one consumer saw: whole events, those of each producer in order. Sums tell whether all consumers together saw each once.</summary>
internal sealed class Arrivals(int producers)
{
    private readonly long[] _last = [.. Enumerable.Repeat(-1L, producers)];

    public long Count { get; private set; }

    public ulong HashSum { get; private set; }

    public void Note(SlabEvent item)
    {
        NumberedEvent number = NumberedEvent.Read(item.Span);
        if (number.Number <= _last[number.Producer])
        {
            throw new InvalidOperationException($"{number} came behind number {_last[number.Producer]}.");
        }

        _last[number.Producer] = number.Number;
        Count++;
        HashSum = unchecked(HashSum + number.Hash);
    }

    /// <summary>All that were sent came, each once.</summary>
    public static void AreAll(IEnumerable<Arrivals> arrivals, IEnumerable<NumberedEvent> sent)
    {
        long count = 0;
        ulong hashSum = 0;
        foreach (NumberedEvent number in sent)
        {
            count++;
            hashSum = unchecked(hashSum + number.Hash);
        }

        long came = 0;
        ulong sum = 0;
        foreach (Arrivals one in arrivals)
        {
            came += one.Count;
            sum = unchecked(sum + one.HashSum);
        }

        Assert.Equal((count, hashSum), (came, sum));
    }

    /// <summary>The first so many of each producer.</summary>
    public static IEnumerable<NumberedEvent> Sent(int producers, long each)
    {
        for (int producer = 0; producer < producers; producer++)
        {
            for (long number = 0; number < each; number++)
            {
                yield return new NumberedEvent(producer, number);
            }
        }
    }
}
