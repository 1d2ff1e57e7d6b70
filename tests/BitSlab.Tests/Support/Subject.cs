using System;

namespace BitSlab.Tests.Support;

/// <summary>The three ways in which a caller reaches an allocator.</summary>
public enum Face
{
    /// <summary><see cref="SlabMemory"/>.</summary>
    Static,

    /// <summary>A <see cref="SlabAllocator"/> of the test's own.</summary>
    Instance,

    /// <summary>The same through <see cref="SlabAllocator.GetThreadHeap"/>.</summary>
    Handle,
}

/// <summary>
/// One allocator behind one face, with addresses as <see cref="nint"/>: lambdas and generic helpers cannot take pointers.
/// A face that lacks a member (the handle has no aligned calls) forwards to the allocator, so that every check runs on each.
/// </summary>
public abstract unsafe class Subject : IDisposable
{
    public abstract SlabAllocator Allocator { get; }

    public static Subject Of(Face face, SlabAllocatorOptions? options = null) => face switch
    {
        Face.Static => new StaticSubject(),
        Face.Instance => new InstanceSubject(new SlabAllocator(options)),
        _ => new HandleSubject(new SlabAllocator(options)),
    };

    /// <summary>An allocator that was made already, a child for instance; disposed with the subject.</summary>
    public static Subject Of(SlabAllocator allocator) => new InstanceSubject(allocator);

    public abstract nint Alloc(nuint byteCount);

    public abstract nint Alloc(nuint elementCount, nuint elementSize);

    public abstract nint AllocZeroed(nuint byteCount);

    public abstract nint AllocZeroed(nuint elementCount, nuint elementSize);

    public abstract nint AllocLongs(nuint count);

    public abstract bool TryAlloc(nuint byteCount, out nint block);

    public abstract nint Realloc(nint block, nuint byteCount);

    public abstract void Free(nint block);

    public abstract nint AlignedAlloc(nuint byteCount, nuint alignment);

    public abstract nint AlignedRealloc(nint block, nuint byteCount, nuint alignment);

    public abstract void AlignedFree(nint block);

    public abstract void FreeBatch(params ReadOnlySpan<nint> blocks);

    public abstract nuint GetUsableSize(nint block);

    /// <summary>Made-up addresses are negative as <see cref="nint"/>, too.</summary>
    private static void* At(nint block) => unchecked((void*)block);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class StaticSubject : Subject
    {
        public override SlabAllocator Allocator => SlabAllocator.Shared;

        public override nint Alloc(nuint byteCount) => (nint)SlabMemory.Alloc(byteCount);

        public override nint Alloc(nuint elementCount, nuint elementSize) => (nint)SlabMemory.Alloc(elementCount, elementSize);

        public override nint AllocZeroed(nuint byteCount) => (nint)SlabMemory.AllocZeroed(byteCount);

        public override nint AllocZeroed(nuint elementCount, nuint elementSize) => (nint)SlabMemory.AllocZeroed(elementCount, elementSize);

        public override nint AllocLongs(nuint count) => (nint)SlabMemory.Alloc<long>(count);

        public override bool TryAlloc(nuint byteCount, out nint block)
        {
            bool done = SlabMemory.TryAlloc(byteCount, out void* ptr);
            block = (nint)ptr;
            return done;
        }

        public override nint Realloc(nint block, nuint byteCount) => (nint)SlabMemory.Realloc(At(block), byteCount);

        public override void Free(nint block) => SlabMemory.Free(At(block));

        public override nint AlignedAlloc(nuint byteCount, nuint alignment) => (nint)SlabMemory.AlignedAlloc(byteCount, alignment);

        public override nint AlignedRealloc(nint block, nuint byteCount, nuint alignment) =>
            (nint)SlabMemory.AlignedRealloc(At(block), byteCount, alignment);

        public override void AlignedFree(nint block) => SlabMemory.AlignedFree(At(block));

        public override void FreeBatch(params ReadOnlySpan<nint> blocks) => SlabMemory.FreeBatch(blocks);

        public override nuint GetUsableSize(nint block) => SlabMemory.GetUsableSize(At(block));
    }

    private class InstanceSubject(SlabAllocator allocator) : Subject
    {
        public override SlabAllocator Allocator => allocator;

        public override nint Alloc(nuint byteCount) => (nint)allocator.Alloc(byteCount);

        public override nint Alloc(nuint elementCount, nuint elementSize) => (nint)allocator.Alloc(elementCount, elementSize);

        public override nint AllocZeroed(nuint byteCount) => (nint)allocator.AllocZeroed(byteCount);

        public override nint AllocZeroed(nuint elementCount, nuint elementSize) => (nint)allocator.AllocZeroed(elementCount, elementSize);

        public override nint AllocLongs(nuint count) => (nint)allocator.Alloc<long>(count);

        public override bool TryAlloc(nuint byteCount, out nint block)
        {
            bool done = allocator.TryAlloc(byteCount, out void* ptr);
            block = (nint)ptr;
            return done;
        }

        public override nint Realloc(nint block, nuint byteCount) => (nint)allocator.Realloc(At(block), byteCount);

        public override void Free(nint block) => allocator.Free(At(block));

        public override nint AlignedAlloc(nuint byteCount, nuint alignment) => (nint)allocator.AlignedAlloc(byteCount, alignment);

        public override nint AlignedRealloc(nint block, nuint byteCount, nuint alignment) =>
            (nint)allocator.AlignedRealloc(At(block), byteCount, alignment);

        public override void AlignedFree(nint block) => allocator.AlignedFree(At(block));

        public override void FreeBatch(params ReadOnlySpan<nint> blocks) => allocator.FreeBatch(blocks);

        public override nuint GetUsableSize(nint block) => allocator.GetUsableSize(At(block));

        protected override void Dispose(bool disposing)
        {
            allocator.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class HandleSubject(SlabAllocator allocator) : InstanceSubject(allocator)
    {
        public override nint Alloc(nuint byteCount) => (nint)Allocator.GetThreadHeap().Alloc(byteCount);

        public override nint AllocZeroed(nuint byteCount) => (nint)Allocator.GetThreadHeap().AllocZeroed(byteCount);

        public override bool TryAlloc(nuint byteCount, out nint block)
        {
            bool done = Allocator.GetThreadHeap().TryAlloc(byteCount, out void* ptr);
            block = (nint)ptr;
            return done;
        }

        public override nint Realloc(nint block, nuint byteCount) => (nint)Allocator.GetThreadHeap().Realloc(At(block), byteCount);

        public override void Free(nint block) => Allocator.GetThreadHeap().Free(At(block));

        public override void FreeBatch(params ReadOnlySpan<nint> blocks) => Allocator.GetThreadHeap().FreeBatch(blocks);
    }
}
