namespace BitSlab;

/// <summary>How an allocator comes by its size classes, and what they are expected to waste.</summary>
public sealed record SizingStatistics
{
    /// <summary>Where learning stands.</summary>
    public required SizingState State { get; init; }

    /// <summary>How many size classes there are.</summary>
    public required int Classes { get; init; }

    /// <summary>Allocations whose size was counted so far.</summary>
    public required long Samples { get; init; }

    /// <summary>How many times the classes were changed.</summary>
    public required int Changes { get; init; }

    /// <summary>
    /// What the classes in use waste by the samples: bytes per allocation that a block has more than was asked for. Null before there are
    /// enough samples.
    /// </summary>
    public required double? ExpectedWaste { get; init; }

    /// <summary>What the classes before the last change wasted by the samples of that moment, in bytes per allocation. Null before a change.</summary>
    public required double? WasteBeforeChange { get; init; }

    /// <summary>What the classes taken at the last change waste by the samples of that moment, in bytes per allocation. Null before a change.</summary>
    public required double? WasteAfterChange { get; init; }

    internal static SizingStatistics Of(SizingState state, int classes) => new()
    {
        State = state,
        Classes = classes,
        Samples = 0,
        Changes = 0,
        ExpectedWaste = null,
        WasteBeforeChange = null,
        WasteAfterChange = null,
    };
}
