#pragma warning disable
using System; using System.Runtime.InteropServices;
namespace BitSlab;
public static unsafe class SlabMemory {
  public static void* Alloc(nuint byteCount) => throw null!; public static void* Alloc(nuint elementCount, nuint elementSize)=> throw null!;
  public static void* AllocZeroed(nuint byteCount)=> throw null!; public static void* AllocZeroed(nuint elementCount, nuint elementSize)=> throw null!;
  public static T* Alloc<T>(nuint count) where T : unmanaged => throw null!;
  public static bool TryAlloc(nuint byteCount, out void* ptr)=> throw null!;
  public static void* Realloc(void* ptr, nuint byteCount)=> throw null!; public static void Free(void* ptr)=> throw null!;
  public static void* AlignedAlloc(nuint byteCount, nuint alignment)=> throw null!;
  public static void* AlignedRealloc(void* ptr, nuint byteCount, nuint alignment)=> throw null!; public static void AlignedFree(void* ptr)=> throw null!;
  public static void FreeBatch(ReadOnlySpan<nint> blocks)=> throw null!; public static nuint GetUsableSize(void* ptr)=> throw null!;
  public static void Clear(void* ptr, nuint byteCount)=> throw null!; public static void Copy(void* source, void* destination, nuint byteCount)=> throw null!; public static void Fill(void* ptr, nuint byteCount, byte value)=> throw null!;
}
public sealed unsafe class SlabAllocator : IDisposable {
  public SlabAllocator(SlabAllocatorOptions? options = null) {} public static SlabAllocator Shared => throw null!;
  public SlabAllocatorOptions Options => throw null!; public string? Name => throw null!;
  public void* Alloc(nuint byteCount) => throw null!; public void* Alloc(nuint elementCount, nuint elementSize)=> throw null!;
  public void* AllocZeroed(nuint byteCount)=> throw null!; public void* AllocZeroed(nuint elementCount, nuint elementSize)=> throw null!;
  public T* Alloc<T>(nuint count) where T : unmanaged => throw null!;
  public bool TryAlloc(nuint byteCount, out void* ptr)=> throw null!;
  public void* Realloc(void* ptr, nuint byteCount)=> throw null!; public void Free(void* ptr)=> throw null!;
  public void* AlignedAlloc(nuint byteCount, nuint alignment)=> throw null!;
  public void* AlignedRealloc(void* ptr, nuint byteCount, nuint alignment)=> throw null!; public void AlignedFree(void* ptr)=> throw null!;
  public void FreeBatch(ReadOnlySpan<nint> blocks)=> throw null!; public nuint GetUsableSize(void* ptr)=> throw null!;
  public SlabThreadHeap GetThreadHeap()=> throw null!; public void Reset()=> throw null!; public nuint Trim()=> throw null!;
  public SlabStatistics GetStatistics()=> throw null!; public SlabBlockEnumerable EnumerateBlocks()=> throw null!;
  public event EventHandler<InvalidFreeDetectedEventArgs>? InvalidFreeDetected { add{} remove{} }
  public void Dispose() {}
}
public readonly unsafe ref struct SlabThreadHeap {
  public void* Alloc(nuint byteCount) => throw null!; public void* AllocZeroed(nuint byteCount)=> throw null!; public bool TryAlloc(nuint byteCount, out void* ptr)=> throw null!;
  public void* Realloc(void* ptr, nuint byteCount)=> throw null!; public void Free(void* ptr)=> throw null!; public void FreeBatch(ReadOnlySpan<nint> blocks)=> throw null!;
}
public readonly struct SlabBlockEnumerable { public Enumerator GetEnumerator()=> throw null!; public struct Enumerator { public SlabBlock Current => throw null!; public bool MoveNext()=> throw null!; } }
