using System;
using System.Runtime.InteropServices;

namespace BitSlab.Cli.Queue;

/// <summary>An array of addresses that does not move; resident from the start, so that filling it faults no page.</summary>
internal sealed unsafe class QueueStorage
{
    private readonly nint[] _addresses;

    public QueueStorage(int length)
    {
        _addresses = GC.AllocateArray<nint>(Math.Max(1, length), pinned: true);
        Array.Fill(_addresses, -1);
        Array.Clear(_addresses);
        Address = (nint*)Marshal.UnsafeAddrOfPinnedArrayElement(_addresses, 0);
    }

    public nint* Address { get; }
}
