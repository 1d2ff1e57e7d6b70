namespace BitSlab.Learning;

/// <summary>That an allocator has taken other size classes; waste in bytes per allocation.</summary>
internal sealed record LadderChanged(string? Allocator, int Classes, double WasteBefore, double WasteAfter, long Samples);
