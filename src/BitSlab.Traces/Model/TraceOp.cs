namespace BitSlab.Traces;

/// <summary>
/// What an event does. 0 to 4 are the format's own numbers; the reader turns 1 and 2 into 5 and 6 where the block came from
/// an aligned allocation, since some contenders free and resize those by other calls.
/// </summary>
internal enum TraceOp : byte
{
    Alloc = 0,
    Free = 1,
    Realloc = 2,
    AllocZeroed = 3,
    AlignedAlloc = 4,
    AlignedFree = 5,
    AlignedRealloc = 6,
}
