using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Buffers;
using BitSlab.Core;
using BitSlab.Learning;
using BitSlab.Threads;

namespace BitSlab;

/// <summary>
/// An isolated allocator of native memory with options of its own, which can give everything back at once. Safe on any
/// thread: a block may be freed by another thread than the one that allocated it.
/// </summary>
/// <remarks>
/// <para>An instance takes its own blocks only; <see cref="SlabMemory"/> takes blocks of any allocator. The rules for sizes, null and
/// alignment are those of <see cref="NativeMemory"/>.</para>
/// <para><see cref="Reset"/> and <see cref="Dispose"/> may not run while another thread is inside a call on the same allocator.</para>
/// <para>The finalizer of an allocator that was forgotten frees nothing while blocks live: native pointers to them may be in use.</para>
/// </remarks>
public sealed unsafe partial class SlabAllocator : IDisposable
{
    internal const int SharedSlot = 0;

    private readonly Allocator* _allocator;

    // A copy of the allocator's, for the fast path.
    private readonly uint _directLimit;
    private readonly bool _isShared;

    // Null where the size classes stay. Under the gate.
    private readonly SizeLearner? _learner;

    /// <summary>The allocator's place in each thread's table; after disposal one that no table has.</summary>
    private int _slot;
    private int _disposed;
    private bool _wasFoundForgotten;

    /// <summary>Makes an allocator. It takes memory when it first needs some.</summary>
    /// <param name="options">The options; null for <see cref="SlabAllocatorOptions.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A property of the options is out of its range.</exception>
    /// <exception cref="ArgumentException">
    /// The options' <see cref="SlabAllocatorOptions.SizeClasses"/> do not fit them. The message names the file and the field.
    /// </exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory or the address space.</exception>
    /// <exception cref="PlatformNotSupportedException">The platform is not supported yet.</exception>
    public SlabAllocator(SlabAllocatorOptions? options = null)
        : this(options ?? SlabAllocatorOptions.Default, parent: null, isShared: false)
    {
    }

    private SlabAllocator(SlabAllocatorOptions options, SlabAllocator? parent, bool isShared)
    {
        // Whatever throws below, the finalizer finds an allocator that was never made.
        _disposed = 1;
        options.Validate();
        Options = options;
        Parent = parent;
        _isShared = isShared;

        Allocator* allocator = Lifetime.CreateAllocator(ProcessMemory.Require());
        if (allocator == null)
        {
            ThrowHelper.ThrowOutOfMemory((nuint)sizeof(Allocator));
        }

        _allocator = allocator;
        options.ApplyTo(allocator);
        _directLimit = allocator->DirectLimit;
        BufferLimit = options.TrackBuffers ? 0 : (uint)options.MaxManagedBlockSize;
        MinimumAlignment = (uint)options.MinimumAlignment;
        Tracker = options.TrackBuffers ? new BufferTracker(this) : null;
        _learner = options.Adaptive == AdaptiveSizing.Learn ? new SizeLearner(allocator, options.Name, Ladders.DefaultBlockSizes(options)) : null;
        _slot = isShared ? SharedSlot : AllocatorSlots.Take();
        allocator->Slot = _slot;
        Number = allocator->Number;
        allocator->Host = GCHandle.ToIntPtr(GCHandle.Alloc(this, GCHandleType.Weak));
        parent?.Adopt(allocator);
        _disposed = 0;
        LiveAllocators.Add(allocator->Number, this);
        if (options.Prefault != 0)
        {
            Prefault(options.Prefault);
        }
    }

    /// <summary>
    /// Gives an allocator that was forgotten back, once no block of it lives. Not when it is first found so: a call of
    /// <see cref="SlabMemory"/> that freed the last block may still be under way, and is done long before the next collection.
    /// </summary>
    ~SlabAllocator()
    {
        if (_disposed != 0 || _isShared)
        {
            return;
        }

        if (_wasFoundForgotten && CoreLock.TryEnter(&_allocator->Gate))
        {
            // Acquire. Children come under the gate, which is held.
            if (IsEmpty() && Atomic.LoadAcquire(&_allocator->Children) == 0)
            {
                Destroy();
                return;
            }

            ExitGate();
        }

        _wasFoundForgotten = true;
        GC.ReRegisterForFinalize(this);
    }

    /// <summary>
    /// Raised when a collection finds a block freed twice that neither free could be refused for: one by its owner, one by
    /// another thread, at the same time. The block is not handed out twice. Raised on the thread that owns the block's
    /// heap, in one of its next calls that leave the fast path, before that call changes anything; the handler may use the allocator.
    /// </summary>
    public event EventHandler<InvalidFreeDetectedEventArgs>? InvalidFreeDetected;

    /// <summary>The process-wide allocator, which <see cref="SlabMemory"/> uses. Its <see cref="Dispose"/> does nothing.</summary>
    public static SlabAllocator Shared { get; } = new(SlabAllocatorOptions.Default with { Name = "Shared" }, parent: null, isShared: true);

    /// <summary>The options that the allocator was made with.</summary>
    public SlabAllocatorOptions Options { get; }

    /// <summary>The allocator whose budget this one shares; null for none.</summary>
    public SlabAllocator? Parent { get; }

    /// <summary>
    /// Makes an allocator that shares this one's budget: what it commits counts against the limits of both. In all else it is on its own:
    /// blocks, heaps and chunks are its own, and <see cref="Reset"/> of the parent does not touch it.
    /// </summary>
    /// <param name="options">The child's options; null for <see cref="SlabAllocatorOptions.Default"/>.</param>
    /// <returns>The child, to be disposed before its parent.</returns>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A property of the options is out of its range.</exception>
    /// <exception cref="SlabMemoryLimitException">What the options want prefaulted does not fit a limit.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory or the address space.</exception>
    public SlabAllocator CreateChild(SlabAllocatorOptions? options = null)
    {
        ThrowIfDisposed();
        return new SlabAllocator(options ?? SlabAllocatorOptions.Default, this, isShared: false);
    }

    /// <summary>
    /// The calling thread's heap, without the thread-static look-up that each other call makes. Use it on this thread only, in a
    /// local. It works on after <see cref="Reset"/> and refuses after <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    /// <exception cref="OutOfMemoryException">The memory for a heap is refused.</exception>
    public SlabThreadHeap GetThreadHeap()
    {
        AllocStatus status;
        ThreadHeap* heap = AcquireHeap(&status);
        if (heap == null)
        {
            ThrowShortage(status, ThreadHeap.Bytes(_allocator->ClassCount));
        }

        return new SlabThreadHeap(this, heap);
    }

    /// <summary>
    /// Frees every block at once. Blocks that are still held and freed later are refused as <see cref="InvalidBlockKind.StaleBlock"/>.
    /// May not run while another thread is inside a call on this allocator.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    /// <exception cref="InvalidOperationException">This is <see cref="Shared"/>: others hold its blocks.</exception>
    public void Reset()
    {
        if (_isShared)
        {
            throw new InvalidOperationException("The shared allocator cannot be reset: others hold its blocks.");
        }

        ThrowIfDisposed();
        EnterGate();
        Lifetime.FreeAll(_allocator);
        ExitGate();
        Tracker?.EndAll(isReset: true);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Returns to the operating system what can be returned now, of this allocator and its children: slabs whose blocks are all free, also
    /// those that other threads freed while the owner sleeps; whole pages without a live block in other slabs, but for the slab that each
    /// other thread allocates from, in each size class; empty chunks and free slices, prefaulted ones too. May run beside other calls.
    /// </summary>
    /// <returns>The bytes given back.</returns>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public nuint Trim()
    {
        ThrowIfDisposed();
        ThreadRegistry.OrphanHeapsOfDeadThreads();
        nuint bytes = Rounds.TrimFamily(_allocator, ThreadHeaps.CurrentToken);
        GC.KeepAlive(this);
        return bytes;
    }

    /// <summary>Counts what the allocator holds. Exact when nothing else runs.</summary>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public SlabStatistics GetStatistics()
    {
        ThrowIfDisposed();
        SlabStatistics statistics = CountStatistics();
        GC.KeepAlive(this);
        return statistics;
    }

    /// <summary>The same for somebody who may come while the allocator is disposed: false then.</summary>
    internal bool TryObserve([NotNullWhen(true)] out SlabStatistics? statistics)
    {
        statistics = null;
        if (TryEnterGateOfLive())
        {
            try
            {
                statistics = CountStatistics();
            }
            finally
            {
                ExitGate();
            }
        }

        GC.KeepAlive(this);
        return statistics != null;
    }

    private SlabStatistics CountStatistics()
    {
        CensusTotals totals;
        ClassCensus[] classes;
        bool fits;
        int capacity = 256;
        do
        {
            classes = new ClassCensus[capacity];
            totals = default;
            fixed (ClassCensus* table = classes)
            {
                fits = Census.Count(_allocator, &totals, table, capacity);
            }

            capacity *= 2;
        }
        while (!fits);

        SizeClassStatistics[] used =
        [
            .. from entry in classes
               where entry.Slabs != 0
               orderby entry.BlockSize
               select new SizeClassStatistics
               {
                   BlockSize = (int)entry.BlockSize,
                   Slabs = entry.Slabs,
                   Capacity = entry.Capacity,
                   LiveBlocks = entry.Blocks,
               },
        ];

        // Two figures that change one after the other: the part is never more than the whole.
        long committed = Atomic.LoadAcquire(&_allocator->Committed);
        long ofChildren = long.Min(committed, Atomic.LoadAcquire(&_allocator->ChildBytes));
        return new SlabStatistics
        {
            LiveBlocks = totals.Blocks + totals.LargeBlocks,
            LiveBytes = totals.Bytes + totals.LargeBytes,
            LargeBlocks = totals.LargeBlocks,
            LargeBytes = totals.LargeBytes,
            Chunks = totals.Chunks,
            Slabs = totals.Slabs,
            CommittedBytes = committed,
            ChildBytes = ofChildren,
            ReservedBytes = (totals.Chunks * Layout.ChunkBytes) + Atomic.LoadAcquire(&_allocator->OutsideReserved),
            MetadataBytes = (totals.OccupiedSlices * Layout.MetadataPerSlice)
                + Atomic.LoadAcquire(&_allocator->HeapBytes) + Atomic.LoadAcquire(&_allocator->WordBytes),
            ReturnedBytes = Atomic.LoadAcquire(&_allocator->Returned),
            InvalidFrees = Atomic.LoadAcquire(&_allocator->InvalidFrees),
            LimitRefusals = Atomic.LoadAcquire(&_allocator->LimitRefusals),
            Sizing = _learner?.Statistics ?? SizingStatistics.Of(SizingState.Off, _allocator->Ladder.Count),
            SizeClasses = used,
        };
    }

    /// <summary>
    /// The live blocks, in the order of their addresses, large blocks outside the chunks last. May run beside other calls: a block that
    /// is allocated or freed meanwhile may or may not be seen. Not beside <see cref="Reset"/> or <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public SlabBlockEnumerable EnumerateBlocks()
    {
        ThrowIfDisposed();
        return new SlabBlockEnumerable(this);
    }

    /// <summary>
    /// Frees every block and gives all memory back. Later calls on this instance throw <see cref="ObjectDisposedException"/>; blocks
    /// that are still held are refused by <see cref="SlabMemory"/>. May be called twice; does nothing for <see cref="Shared"/>. May
    /// not run while another thread is inside a call on this allocator. Buffers that live, where they are tracked, are told by
    /// <see cref="BuffersLeaked"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">Children live: they share this allocator's budget. Nothing was changed.</exception>
    public void Dispose()
    {
        if (_isShared)
        {
            return;
        }

        IReadOnlyList<SlabLiveBuffer> leaked = [];

        // One thread disposes. Full barrier: set before the gate is asked for, so that whoever has it then is the last.
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            EnterGate();

            // Acquire. Children come under the gate, which is held.
            long children = Atomic.LoadAcquire(&_allocator->Children);
            if (children != 0)
            {
                _disposed = 0;
                ExitGate();
                ThrowHelper.ThrowHasChildren(Options.Name, children);
            }

            Destroy();
            leaked = Tracker?.Describe() ?? leaked;
            Tracker?.EndAll(isReset: false);
        }

        GC.SuppressFinalize(this);
        TellLeaks(leaked);
    }

    /// <summary>
    /// Ends learning by <see cref="AdaptiveSizing.Learn"/>: the size classes stay as they are from now on. Does nothing where none are
    /// learned.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    public void Freeze()
    {
        EnterGateOfLive();
        _learner?.Freeze();
        ExitGate();
        GC.KeepAlive(this);
    }

    /// <summary>
    /// The size classes in use, with the samples that they were learned from, if they were: to be kept in a file, and used by another
    /// allocator from its start.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The allocator is disposed.</exception>
    /// <exception cref="InvalidOperationException">The allocator has more classes than a profile can have.</exception>
    public SizeClassProfile ExportProfile()
    {
        EnterGateOfLive();
        try
        {
            int[] sizes = Ladders.BlockSizes(&_allocator->Ladder);
            return sizes.Length <= SizeClassProfile.MaxClasses
                ? new SizeClassProfile(sizes, (int)_allocator->MinimumAlignment, _learner?.Histogram, source: null)
                : throw new InvalidOperationException($"{sizes.Length} size classes are more than the {SizeClassProfile.MaxClasses} of a profile.");
        }
        finally
        {
            ExitGate();
            GC.KeepAlive(this);
        }
    }

    /// <summary>What the timer does, for tests that do not wait for it: one step of all that maintenance does in time.</summary>
    internal void Tick()
    {
        EnterGateOfLive();
        Sampling.StartBursts(_allocator);
        Maintenance.Tick(_allocator);
        ExitGate();
        Learn();
    }

    /// <summary>Has the size classes fitted to what was sampled. For the timer: the allocator may be disposed meanwhile.</summary>
    internal void Learn()
    {
        LadderProposal? proposal = null;
        if (_learner == null || !WithGate(learner => proposal = learner.Look()) || proposal == null)
        {
            return;
        }

        // Some milliseconds, in which nobody waits.
        _learner.Solve(proposal);
        LadderChanged? change = null;
        WithGate(learner => change = learner.Adopt(proposal));
        if (change != null)
        {
            // Whoever listens may do anything.
            BitSlabEvents.Log.Tell(change);
        }

        GC.KeepAlive(this);
    }

    // False, and nothing done, for one that is disposed.
    private bool WithGate(Action<SizeLearner> action)
    {
        if (!TryEnterGateOfLive())
        {
            return false;
        }

        try
        {
            action(_learner!);
        }
        finally
        {
            ExitGate();
        }

        return true;
    }

    // Acquire pairs with the exchange of Dispose.
    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    internal BlockWalk Walk()
    {
        ThrowIfDisposed();
        return new BlockWalk(_allocator);
    }

    internal bool Walk(ref BlockWalk walk, out SlabBlock block)
    {
        ThrowIfDisposed();
        nuint address;
        nuint bytes;
        bool found = walk.Next(&address, &bytes);
        block = found ? new SlabBlock(unchecked((nint)address), bytes) : default;
        GC.KeepAlive(this);
        return found;
    }

    // Grows under the gate only, so that the allocator is not disposed in between.
    private void Adopt(Allocator* child)
    {
        EnterGate();
        child->Parent = _allocator;
        child->Root = _allocator->Root;

        // Atomic: children go without the gate.
        Atomic.Add(&_allocator->Children, 1);
        ExitGate();
    }

    private void Prefault(long bytes)
    {
        // The kernel would rather end the process than say no.
        AllocStatus status = bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes
            ? AllocStatus.OutOfMemory
            : Chunks.Prefault(_allocator, bytes);
        if (status != AllocStatus.Ok)
        {
            try
            {
                ThrowShortage(status, (nuint)bytes);
            }
            finally
            {
                Dispose();
            }
        }
    }

    // Under the gate, which ends with the allocator. The fast paths do not ask whether the allocator is disposed: with a place
    // that no table has they leave for the slow path, which does.
    private void Destroy()
    {
        int slot = _slot;
        ulong number = _allocator->Number;
        _disposed = 1;
        _slot = int.MaxValue;
        ThreadRegistry.ClearSlot(slot);
        GCHandle.FromIntPtr(_allocator->Host).Free();
        Lifetime.DestroyAllocator(_allocator);
        _learner?.Dispose();
        AllocatorSlots.Return(slot);
        LiveAllocators.Remove(number);
    }

    private bool IsEmpty()
    {
        CensusTotals totals = default;
        Census.Count(_allocator, &totals);
        return totals.Blocks + totals.LargeBlocks == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed != 0, this);

    // For who may come while the allocator is disposed, whose gate stays closed then, or is another's: false.
    private bool TryEnterGateOfLive()
    {
        while (Volatile.Read(ref _disposed) == 0)
        {
            if (!CoreLock.TryEnter(&_allocator->Gate))
            {
                Thread.Yield();
                continue;
            }

            // Acquire, under the gate: who disposes has set it before it asks for the gate.
            if (Volatile.Read(ref _disposed) == 0)
            {
                return true;
            }

            ExitGate();
        }

        return false;
    }

    private void EnterGateOfLive() => ObjectDisposedException.ThrowIf(!TryEnterGateOfLive(), this);

    private void EnterGate() => CoreLock.Enter(&_allocator->Gate, &_allocator->Reservation->Os);

    private void ExitGate() => CoreLock.Exit(&_allocator->Gate);
}
