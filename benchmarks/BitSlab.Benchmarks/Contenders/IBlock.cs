using System;
using System.Runtime.InteropServices;

namespace BitSlab.Benchmarks.Contenders;

/// <summary>What an allocator hands out. Structs only: a workload is then compiled apart for arrays too, with no shared generic code.</summary>
internal interface IBlock
{
    bool IsNull { get; }

    /// <summary>Writes the first bytes, as many as were asked for.</summary>
    void Fill(int size);
}

/// <summary>A block outside the managed heap.</summary>
internal readonly unsafe struct NativeBlock(void* address) : IBlock
{
    private const byte Filler = 0xA5;

    public void* Address { get; } = address;

    public bool IsNull => Address is null;

    public void Fill(int size) => NativeMemory.Fill(Address, (nuint)size, Filler);
}

/// <summary>An array as a block: at least as long as was asked for.</summary>
internal readonly struct ManagedBlock(byte[] array) : IBlock
{
    private const byte Filler = 0xA5;

    public byte[] Array { get; } = array;

    public bool IsNull => Array is null;

    public void Fill(int size) => Array.AsSpan(0, size).Fill(Filler);
}
