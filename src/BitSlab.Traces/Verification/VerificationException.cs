using System;
using System.Globalization;

namespace BitSlab.Traces;

/// <summary>A contender broke its promise. The message is one line that names event, slot and address.</summary>
internal sealed class VerificationException : InvalidOperationException
{
    public VerificationException()
    {
    }

    public VerificationException(string message)
        : base(message)
    {
    }

    public VerificationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public VerificationException(int eventNumber, uint slot, nint address, string what, Exception? cause = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"event {eventNumber}, slot {slot}, block 0x{address:x}: {what}"), cause)
    {
        EventNumber = eventNumber;
        Slot = slot;
        Address = address;
    }

    /// <summary>The event's number from 0; past the last event for what is found in the blocks left at the end.</summary>
    public int EventNumber { get; } = -1;

    public uint Slot { get; }

    public nint Address { get; }
}
