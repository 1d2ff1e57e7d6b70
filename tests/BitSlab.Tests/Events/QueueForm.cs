using System;

namespace BitSlab.Tests.Events;

/// <summary>How many there are on each side of a queue, and whose its allocator is.</summary>
[Flags]
public enum QueueForm
{
    None = 0,
    SingleWriter = 1,
    SingleReader = 2,
    GivenAllocator = 4,
}
