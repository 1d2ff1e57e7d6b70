using System;
using System.Collections.Generic;

namespace BitSlab;

/// <summary>Names the buffers that were not disposed when their allocator was.</summary>
public sealed class BuffersLeakedEventArgs : EventArgs
{
    internal BuffersLeakedEventArgs(IReadOnlyList<SlabLiveBuffer> buffers) => Buffers = buffers;

    /// <summary>The buffers, the oldest first; at least one.</summary>
    public IReadOnlyList<SlabLiveBuffer> Buffers { get; }
}
