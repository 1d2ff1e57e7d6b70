using System;
using System.Diagnostics;

namespace BitSlab;

/// <summary>A buffer that was not disposed yet, of an allocator with <see cref="SlabAllocatorOptions.TrackBuffers"/>.</summary>
/// <param name="Type">What it is: the <see cref="SlabBuffer{T}"/>, with its element type.</param>
/// <param name="Length">Its elements.</param>
/// <param name="Bytes">Its elements' bytes.</param>
/// <param name="AllocatedAt">Where it was allocated.</param>
public sealed record SlabLiveBuffer(Type Type, int Length, long Bytes, StackTrace AllocatedAt);
