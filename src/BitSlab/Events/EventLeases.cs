using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace BitSlab.Events;

/// <summary>
/// An event that somebody holds. Its state is its ticket while it is held, and nobody's ticket otherwise: no copy of an event can be used
/// twice, not even by two threads at once.
/// </summary>
internal struct Lease
{
    // The ticket of the last holder, with Held while that one holds it, and with Moving while it goes to another queue. Bits: how often the
    // lease was taken, Moving, Held, its index.
    public ulong State;

    // These two are written before the state, when the lease is free, and stay while it is held.
    public nint Block;
    public int Length;
}

/// <summary>Some leases, which stay as long as an event of theirs is in anybody's hand: to look at one is safe at any time.</summary>
internal sealed class LeasePage(SlabEventQueue queue)
{
    public const int Length = 64;
    public const ulong IndexMask = Length - 1;
    public const ulong Held = Length;
    public const ulong Moving = Length * 2;

    private const ulong OneTake = Length * 4;

    private readonly Lease[] _leases = NewLeases();

    /// <summary>The queue that the event came from, whose allocator its block belongs to.</summary>
    public SlabEventQueue Queue { get; } = queue;

    /// <summary>All pages of a queue, in a circle. Under the lock of the queue's head.</summary>
    public LeasePage? Next { get; set; }

    /// <summary>Takes a lease, unless it is held. Under the lock of the queue's head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(int index, nint block, int length, out ulong ticket)
    {
        ref Lease lease = ref At((ulong)index);

        // Acquire pairs with the end of the last hold: its reads of block and length are done.
        ulong state = Volatile.Read(ref lease.State);
        ticket = unchecked(state + OneTake) | Held;
        if ((state & Held) != 0)
        {
            return false;
        }

        lease.Block = block;
        lease.Length = length;

        // Release: who gets the ticket finds the two.
        Volatile.Write(ref lease.State, ticket);
        return true;
    }

    /// <summary>The block and length of an event that is held.</summary>
    /// <exception cref="ObjectDisposedException">It is not held by this ticket.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Look(ulong ticket, out int length)
    {
        ref Lease lease = ref At(ticket & IndexMask);

        // Acquire, both: before the look at the state.
        length = Volatile.Read(ref lease.Length);
        nint block = Volatile.Read(ref lease.Block);

        // Behind the two (acquire): while the ticket holds, they are its own.
        if (lease.State != ticket)
        {
            ThrowHelper.ThrowEventDisposed();
        }

        return block;
    }

    public bool IsHeldBy(ulong ticket) => At(ticket & IndexMask).State == ticket;

    /// <summary>Ends the hold; false when this ticket does not hold, or no longer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnd(ulong ticket, out nint block)
    {
        ref Lease lease = ref At(ticket & IndexMask);

        // Whatever is read by a ticket that holds no longer, the exchange refuses it. Full barrier: this read is before it.
        block = lease.Block;
        return Interlocked.CompareExchange(ref lease.State, ticket & ~Held, ticket) == ticket;
    }

    /// <summary>Makes the ticket useless while the event goes to another queue; false when it does not hold.</summary>
    public bool TryBeginMove(ulong ticket) =>
        Interlocked.CompareExchange(ref At(ticket & IndexMask).State, ticket | Moving, ticket) == ticket;

    /// <summary>The event has gone, or the ticket holds again. False when the hold was revoked meanwhile.</summary>
    public bool TryEndMove(ulong ticket, bool isGone) =>
        Interlocked.CompareExchange(ref At(ticket & IndexMask).State, isGone ? ticket & ~Held : ticket, ticket | Moving) == (ticket | Moving);

    /// <summary>Ends all holds: the blocks are gone.</summary>
    public void Revoke()
    {
        foreach (ref Lease lease in _leases.AsSpan())
        {
            Interlocked.And(ref lease.State, ~(Held | Moving));
        }
    }

    /// <summary>Whether anybody holds an event of this page that is not on its way to another queue.</summary>
    public bool HasHeld()
    {
        foreach (ref Lease lease in _leases.AsSpan())
        {
            if ((Volatile.Read(ref lease.State) & (Held | Moving)) == Held)
            {
                return true;
            }
        }

        return false;
    }

    // The index is masked at each call: within the array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Lease At(ulong index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_leases), (nint)index);

    private static Lease[] NewLeases()
    {
        Lease[] leases = new Lease[Length];
        for (int i = 0; i < Length; i++)
        {
            leases[i].State = (ulong)i;
        }

        return leases;
    }
}

/// <summary>The leases of a queue's events. All under the lock of the queue's head.</summary>
internal sealed class EventLeases
{
    // Leases come free in about the order in which they were taken. So many held ones in a row are worth a new page, or a quarter of all
    // where that is more: what is held for good does not make ever more pages.
    private const int LeastLooks = 16;

    private LeasePage? _page;
    private int _pages;

    /// <summary>A lease for an event; false when none is found free: add a page, outside the lock, and come again.</summary>
    /// <param name="block">The event's block.</param>
    /// <param name="length">The event's length.</param>
    /// <param name="next">
    /// The index of the next lease in the page. It changes with each event, so it is not here: what the producers read may be next to this
    /// object.
    /// </param>
    /// <param name="item">The event.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(nint block, int length, ref int next, out SlabEvent item)
    {
        LeasePage? page = _page;
        int index = next;
        if (page != null && page.TryTake(index, block, length, out ulong ticket))
        {
            Advance(page, ref next);
            item = new SlabEvent(page, ticket);
            return true;
        }

        return TryTakeSlow(block, length, ref next, out item);
    }

    /// <summary>Adds a page, whose leases come next.</summary>
    public void Add(LeasePage page, ref int next)
    {
        page.Next = _page?.Next ?? page;
        if (_page != null)
        {
            _page.Next = page;
        }

        _page = page;
        _pages++;
        next = 0;
    }

    /// <summary>Ends all holds. By who has closed the queue.</summary>
    public void Revoke()
    {
        LeasePage? page = _page;
        for (int i = 0; i < _pages; i++, page = page.Next)
        {
            page!.Revoke();
        }
    }

    /// <summary>Whether anybody holds an event that came from the queue, and is not on its way to another.</summary>
    public bool AnyHeld()
    {
        LeasePage? page = _page;
        for (int i = 0; i < _pages; i++, page = page.Next)
        {
            if (page!.HasHeld())
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeSlow(nint block, int length, ref int next, out SlabEvent item)
    {
        int most = Math.Max(LeastLooks, _pages * LeasePage.Length / 4);
        for (int looks = 0; _page != null && looks < most; looks++)
        {
            LeasePage page = _page;
            int index = next;
            Advance(page, ref next);
            if (page.TryTake(index, block, length, out ulong ticket))
            {
                item = new SlabEvent(page, ticket);
                return true;
            }
        }

        item = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(LeasePage page, ref int next)
    {
        if (++next == LeasePage.Length)
        {
            _page = page.Next;
            next = 0;
        }
    }
}
