using System.Runtime.InteropServices;

namespace BitSlab.Tests.Buffers;

/// <summary>24 bytes: a size that no power of two is.</summary>
public readonly record struct Triple(long First, long Second, long Third);

/// <summary>A declared size that is no multiple of the alignment.</summary>
[StructLayout(LayoutKind.Sequential, Size = 5)]
public struct Odd
{
    public int Value;
}
