using System;
using System.Collections.Generic;

namespace BitSlab;

/// <summary>The buffers that lived when their allocator was disposed.</summary>
/// <param name="buffers">The buffers, in the order of their allocation.</param>
public sealed class BuffersLeakedEventArgs(IReadOnlyList<SlabLiveBuffer> buffers) : EventArgs
{
    /// <summary>The buffers, in the order of their allocation; at least one.</summary>
    public IReadOnlyList<SlabLiveBuffer> Buffers { get; } = buffers;
}
