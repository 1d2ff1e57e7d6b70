using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>
/// 4 MiB taken from the reservation in one step, cut into slices, given back whole. Its descriptor stands in a table beside
/// the slices'. Under the allocator's chunk lock, but for <see cref="Allocator"/>, which is constant while anything stands in the chunk.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Chunk
{
    /// <summary>Whose the chunk is; null when it is in the reservation.</summary>
    public Allocator* Allocator;

    /// <summary>1 = free. A range leaves this map before an OS call on it and enters it after the call returned.</summary>
    public ulong FreeSlices;

    /// <summary>Free slices that may have resident pages: they hold a permit, and do not read as zeros.</summary>
    public ulong DirtySlices;

    public Chunk* Next;
    public Chunk* Previous;
    public Chunk* NextWithRoom;
    public Chunk* PreviousWithRoom;

    /// <summary>Linked among the partly used chunks with free slices.</summary>
    public bool HasRoom;

    /// <summary>Empty, and kept: linked by <see cref="NextWithRoom"/> on that stack.</summary>
    public bool IsKept;

    /// <summary>The data are accessible. Belongs to who took the chunk from the reservation.</summary>
    public bool Committed;

    /// <summary>The descriptors of the chunk's slices are writable: from its first use on.</summary>
    public bool TablesCommitted;

    /// <summary>Huge pages were asked for. Two at once that end it do so twice, which does no harm.</summary>
    public bool IsHuge;

    /// <summary>The OS refused to take the pages back once: free slices may hold old data though they are not marked dirty.</summary>
    public bool Unclean;
}
