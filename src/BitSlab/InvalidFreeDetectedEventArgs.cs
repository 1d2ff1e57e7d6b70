using System;

namespace BitSlab;

/// <summary>Describes a misuse that was only seen when frees of other threads were collected.</summary>
public sealed class InvalidFreeDetectedEventArgs : EventArgs
{
    internal InvalidFreeDetectedEventArgs(InvalidBlockKind kind, nint address)
    {
        Kind = kind;
        Address = address;
    }

    /// <summary>What is wrong with the address.</summary>
    public InvalidBlockKind Kind { get; }

    /// <summary>The address whose second free was dropped.</summary>
    public nint Address { get; }
}
