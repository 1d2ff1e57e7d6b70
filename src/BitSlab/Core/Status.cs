namespace BitSlab.Core;

/// <summary>How an allocation went. The core throws nothing: the layer above turns these into exceptions.</summary>
internal enum AllocStatus
{
    Ok,
    OutOfMemory,
    LimitReached,

    /// <summary>Nothing is short yet: the layer above tells that a soft limit is about to be crossed, and tries again.</summary>
    SoftLimitReached,

    /// <summary>Nothing is short: the class is to be found anew. Stays within the core.</summary>
    LadderChanged,
}

/// <summary>What an address is. The kinds after <see cref="Live"/> stand in the order of the public enumeration.</summary>
internal enum BlockStatus
{
    Live,
    DoubleFree,
    InteriorPointer,
    UnknownPointer,
    OtherAllocator,
    StaleBlock,
}
