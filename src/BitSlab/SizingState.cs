namespace BitSlab;

/// <summary>Where an allocator stands in learning its size classes.</summary>
public enum SizingState
{
    /// <summary>It does not learn: <see cref="AdaptiveSizing.Off"/>.</summary>
    Off,

    /// <summary>It has not counted enough allocations yet, and keeps the classes that it began with.</summary>
    TooFewSamples,

    /// <summary>It watches the sizes that are asked for, and changes its classes when others serve them better.</summary>
    Learning,

    /// <summary>It was told to stop: <see cref="SlabAllocator.Freeze"/>.</summary>
    Frozen,
}
