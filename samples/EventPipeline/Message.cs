using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EventPipeline;

/// <summary>The events: a byte that says whether the sink wants it, the event's number, the time it was made at, and contents.</summary>
internal static class Message
{
    public const int HeaderLength = 16;

    private const byte Unwanted = 1;
    private const int UnwantedEvery = 8;
    private const int NumberOffset = 4;
    private const int StampOffset = 8;

    /// <summary>
    /// A producer's events, the same in each run but for the times. All lie in one buffer, as what a socket receives would: an event is
    /// good until the next one is asked for.
    /// </summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Make(Load load, int producer)
    {
        Random random = new(producer);
        byte[] buffer = new byte[load.MaxSize];
        random.NextBytes(buffer);
        for (int number = 0; number < load.EventsOf(producer); number++)
        {
            buffer[0] = random.Next(UnwantedEvery) == 0 ? Unwanted : (byte)0;
            MemoryMarshal.Write(buffer.AsSpan(NumberOffset), number);
            MemoryMarshal.Write(buffer.AsSpan(StampOffset), Stopwatch.GetTimestamp());
            yield return buffer.AsMemory(0, random.Next(HeaderLength, load.MaxSize + 1));
        }
    }

    public static bool IsWanted(ReadOnlySpan<byte> message) => message[0] != Unwanted;

    public static TimeSpan Age(ReadOnlySpan<byte> message) => Stopwatch.GetElapsedTime(MemoryMarshal.Read<long>(message[StampOffset..]));

    /// <summary>The sum of all that is in an event but for its time.</summary>
    public static ulong Sum(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> contents = message[HeaderLength..];
        unchecked
        {
            ulong sum = MemoryMarshal.Read<ulong>(message) + (ulong)message.Length;
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(contents))
            {
                sum += word;
            }

            foreach (byte last in contents[^(contents.Length % sizeof(ulong))..])
            {
                sum += last;
            }

            return sum;
        }
    }
}
