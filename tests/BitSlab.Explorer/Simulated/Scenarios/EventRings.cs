using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using BitSlab.Core;
using BitSlab.Events;
using BitSlab.Explorer.Engine;
using BitSlab.Platform;

namespace BitSlab.Explorer.Simulated;

/// <summary>A queue's ring of two slots a segment. Events are numbers from 1 on, which stand for their blocks; an event's length is its number, too.</summary>
internal abstract unsafe class RingScenario : Scenario
{
    private const int AllEvents = 100;
    private const int Segments = 6;
    private const int SlotsPerSegment = 2;
    private const byte Freed = 0x0E;

    private readonly HashSet<nint> _freed = [];
    private readonly List<long> _taken = [];
    private readonly List<long> _dropped = [];
    private byte* _memory;
    private int _segmentsGiven;
    private OsPrimitives _os;

    protected EventRing* Ring { get; private set; }

    protected OsPrimitives* Os { get; private set; }

    /// <summary>Events that were taken out by a consumer, as they came.</summary>
    protected IReadOnlyList<long> Taken => _taken;

    protected IReadOnlyList<long> Dropped => _dropped;

    protected int Appended { get; private set; }

    protected virtual bool IsShared => false;

    protected virtual int AtFirst => 0;

    private static nuint SegmentBytes => EventSegment.Bytes(SlotsPerSegment);

    public override void Prepare()
    {
        _os = TestSystem.Primitives;
        Os = (OsPrimitives*)NativeMemory.Alloc((nuint)sizeof(OsPrimitives));
        *Os = _os;
        Ring = (EventRing*)NativeMemory.AlignedAlloc((nuint)sizeof(EventRing), 128);
        _memory = (byte*)NativeMemory.AlignedAlloc(Segments * SegmentBytes, 64);
        Restore();
    }

    public override void Restore()
    {
        *Ring = default;
        Ring->Capacity = long.MaxValue;
        Ring->ByteCapacity = long.MaxValue;
        Ring->Os = Os;
        Ring->SlotsPerSegment = SlotsPerSegment;
        Ring->Tail.Index = SlotsPerSegment;
        Ring->Head.Index = SlotsPerSegment;
        Ring->Tail.Lock.IsShared = IsShared;
        Ring->Head.Lock.IsShared = IsShared;
        NativeMemory.Clear(_memory, Segments * SegmentBytes);
        _segmentsGiven = 0;
        _freed.Clear();
        _taken.Clear();
        _dropped.Clear();
        Appended = 0;
        Build();
    }

    protected virtual void Build()
    {
    }

    /// <summary>Appends the next number. False when there is no room or the ring is closed.</summary>
    protected bool Append(long number)
    {
        while (true)
        {
            SideLock.Enter(&Ring->Tail.Lock, Os);
            AppendStatus status = EventRing.Append(Ring, (void*)number, number);
            if (status == AppendStatus.NeedsSegment)
            {
                Require(_segmentsGiven < Segments, "the ring wants ever more segments");
                EventRing.TryGiveSegment(Ring, (EventSegment*)(_memory + ((nuint)_segmentsGiven++ * SegmentBytes)));
            }

            SideLock.Exit(&Ring->Tail.Lock);
            if (status != AppendStatus.NeedsSegment)
            {
                Appended += status == AppendStatus.Done ? 1 : 0;
                return status == AppendStatus.Done;
            }
        }
    }

    protected bool Take()
    {
        EventSegment* finished = null;
        SideLock.Enter(&Ring->Head.Lock, Os);
        void* block = EventRing.Peek(Ring, out long length, ref finished);
        if (block != null)
        {
            Require((long)block <= AllEvents, "a segment was read that had been freed");
            Require(length == (long)block, "an event has another's length");
            EventRing.Take(Ring, length);
            _taken.Add(length);
        }

        SideLock.Exit(&Ring->Head.Lock);
        Free(finished);
        return block != null;
    }

    protected void DropNewest()
    {
        EventSegment* finished = null;
        SideLock.Enter(&Ring->Tail.Lock, Os);
        SideLock.Enter(&Ring->Head.Lock, Os);
        void* block = EventRing.TakeNewest(Ring, ref finished);
        SideLock.Exit(&Ring->Head.Lock);
        SideLock.Exit(&Ring->Tail.Lock);
        if (block != null)
        {
            _dropped.Add((long)block);
        }

        Free(finished);
    }

    protected void TakeRest()
    {
        while (Take())
        {
        }
    }

    // What is freed is anybody's.
    private void Free(EventSegment* finished)
    {
        while (finished != null)
        {
            EventSegment* next = finished->Previous;
            Require(_freed.Add((nint)finished), "a segment was freed twice");
            NativeMemory.Fill(finished, SegmentBytes, Freed);
            finished = next;
        }
    }
}

/// <summary>One puts three events in, over a border of segments, another takes what it finds.</summary>
internal sealed unsafe class RingOfTwoSides : RingScenario
{
    private const int Count = 3;

    public override IReadOnlyList<string> Threads { get; } = ["producer", "consumer"];

    public override void Run(int thread)
    {
        for (long i = 1; i <= Count; i++)
        {
            if (thread == 0)
            {
                Append(i);
            }
            else
            {
                Take();
            }
        }
    }

    public override void Check()
    {
        TakeRest();
        Require(Taken.Count == Count, "an event was lost");
        for (int i = 0; i < Count; i++)
        {
            Require(Taken[i] == i + 1, "events came in another order");
        }

        Require(Ring->Tail.Count == Count && Ring->Head.Count == Count && Ring->Tail.Bytes == 6 && Ring->Head.Bytes == 6, "the figures are wrong");
    }
}

/// <summary>Room for one: never are two in the ring.</summary>
internal sealed unsafe class RingOfOne : RingScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["producer", "consumer"];

    protected override void Build() => Ring->Capacity = 1;

    public override void Run(int thread)
    {
        for (int i = 0; i < 2; i++)
        {
            if (thread == 0)
            {
                if (Append(Appended + 1))
                {
                    Require(Appended - Taken.Count <= 1, "two events are where there is room for one");
                }
            }
            else
            {
                Take();
            }
        }
    }

    public override void Check()
    {
        TakeRest();
        Require(Taken.Count == Appended, "an event was lost");
        Require(Ring->Tail.PeakCount == 1, "the peak is wrong");
    }
}

/// <summary>One puts events in and drops the newest, over a border, while another takes.</summary>
internal sealed unsafe class NewestDroppedBesideTake : RingScenario
{
    // The locks are full barriers: no store is late behind them.
    public override Bounds Bounds { get; } = new(2, 0);

    public override IReadOnlyList<string> Threads { get; } = ["producer", "consumer"];

    protected override bool IsShared => true;

    public override void Run(int thread)
    {
        if (thread == 1)
        {
            Take();
            Take();
            return;
        }

        Append(1);
        Append(2);
        Append(3);
        DropNewest();
        DropNewest();
        Append(4);
    }

    public override void Check()
    {
        TakeRest();
        HashSet<long> seen = [.. Taken, .. Dropped];
        Require(seen.Count == 4 && Taken.Count + Dropped.Count == 4, "an event was lost, or came twice");
        for (int i = 1; i < Taken.Count; i++)
        {
            Require(Taken[i] > Taken[i - 1], "events came in another order");
        }
    }
}

/// <summary>The single user of a side goes in twice, another once: never are two inside.</summary>
internal sealed unsafe class SideOfOne : SideScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["user", "other"];

    public override void Run(int thread)
    {
        for (int i = thread; i < 2; i++)
        {
            GoIn(isOther: thread == 1);
        }
    }
}

/// <summary>Two users of a side and another: never are two inside.</summary>
internal sealed unsafe class SharedSide : SideScenario
{
    public override IReadOnlyList<string> Threads { get; } = ["one", "two", "other"];

    protected override bool IsShared => true;

    public override void Run(int thread) => GoIn(isOther: thread == 2);
}

internal abstract unsafe class SideScenario : RingScenario
{
    private int _inside;

    public override void Restore()
    {
        base.Restore();
        _inside = 0;
    }

    public override void Check() => Require(_inside == 0, "somebody is inside still");

    protected void GoIn(bool isOther)
    {
        SideLock* side = &Ring->Tail.Lock;
        if (isOther)
        {
            SideLock.EnterAsOther(side, Os);
        }
        else
        {
            SideLock.Enter(side, Os);
        }

        // The cell gives the scheduler its points to change threads at; what tells is the counter, which no processor holds back.
        Atomic.StoreRelease(&Ring->Tail.Samples, 1);
        Require(++_inside == 1, "two are inside");
        Atomic.LoadAcquire(&Ring->Tail.Samples);
        _inside--;
        if (isOther)
        {
            SideLock.ExitAsOther(side);
        }
        else
        {
            SideLock.Exit(side);
        }
    }
}

/// <summary>One begins to wait for an event while another appends it: the one sees the event, or the other that somebody waits.</summary>
internal sealed unsafe class WaitBesideAppend : RingScenario
{
    private bool _isSeen;

    public override IReadOnlyList<string> Threads { get; } = ["producer", "waiter"];

    public override void Restore()
    {
        base.Restore();
        _isSeen = false;
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Append(1);
            _isSeen |= (Atomic.LoadAcquire(&Ring->Signals) & EventRing.ReadersWait) != 0;
            return;
        }

        Atomic.StoreRelease(&Ring->Signals, EventRing.ReadersWait);
        Os->ProcessBarrier();
        _isSeen |= EventRing.HasEvents(Ring);
    }

    public override void Check() => Require(_isSeen, "an event is there, somebody waits for it, and nobody knows");
}

/// <summary>One begins to wait for room while another makes it.</summary>
internal sealed unsafe class WaitBesideTake : RingScenario
{
    private bool _isSeen;

    public override IReadOnlyList<string> Threads { get; } = ["consumer", "waiter"];

    protected override void Build() => Ring->Capacity = 1;

    public override void Restore()
    {
        base.Restore();
        _isSeen = false;
    }

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            if (Take())
            {
                _isSeen |= (Atomic.LoadAcquire(&Ring->Signals) & EventRing.WritersWait) != 0;
            }

            return;
        }

        Append(1);
        Atomic.StoreRelease(&Ring->Signals, EventRing.WritersWait);
        Os->ProcessBarrier();
        _isSeen |= !EventRing.IsFull(Ring, 1);
    }

    public override void Check() => Require(_isSeen || Taken.Count == 0, "there is room, somebody waits for it, and nobody knows");
}

/// <summary>One closes the ring while another appends: behind the close, nothing comes.</summary>
internal sealed unsafe class CloseBesideAppend : RingScenario
{
    private long _atClose;

    public override IReadOnlyList<string> Threads { get; } = ["producer", "closer"];

    public override void Run(int thread)
    {
        if (thread == 0)
        {
            Append(1);
            return;
        }

        SideLock.EnterAsOther(&Ring->Tail.Lock, Os);
        Atomic.StoreRelease(&Ring->Signals, EventRing.Closed);
        SideLock.ExitAsOther(&Ring->Tail.Lock);
        _atClose = Atomic.LoadAcquire(&Ring->Tail.Count);
    }

    public override void Check() => Require(_atClose == Appended, "an event came behind the end");
}
