using System;
using System.Globalization;

namespace BitSlab.Traces;

/// <summary>A file that is no legal trace. The message is one line: the file, the event if one was reached, what is wrong.</summary>
internal sealed class BadTraceException : FormatException
{
    public BadTraceException()
    {
    }

    public BadTraceException(string message)
        : base(message)
    {
    }

    public BadTraceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Names no event: the damage lies before the first or after the last.</summary>
    public static BadTraceException InFile(string file, string what, Exception? cause = null) => new($"{file}: {what}", cause);

    /// <summary>Names the event, counted from 0 as in the format's description.</summary>
    public static BadTraceException AtEvent(string file, long number, string what, Exception? cause = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}: event {number}: {what}"), cause)
        {
            EventNumber = number,
        };

    /// <summary>The event's number from 0, or -1.</summary>
    public long EventNumber { get; private init; } = -1;
}
