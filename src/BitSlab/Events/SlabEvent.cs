using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using BitSlab.Events;

namespace BitSlab;

/// <summary>
/// An event that was taken out of a <see cref="SlabEventQueue"/>, to be disposed by who took it, on any thread. Copies are the same event:
/// once one of them was disposed, none can be used.
/// </summary>
/// <remarks>
/// The check is exact, but a span that was taken before stays what it is: do not touch it after the disposal of the event or the queue.
/// The default value is no event: it cannot be used, and its disposal does nothing.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public readonly struct SlabEvent : IDisposable
{
    private readonly LeasePage? _page;
    private readonly ulong _ticket;

    internal SlabEvent(LeasePage page, ulong ticket)
    {
        _page = page;
        _ticket = ticket;
    }

    /// <summary>The event's bytes: a block of native memory, which starts at the alignment of the queue's allocator.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed, or the queue with its allocator, or this is no event.</exception>
    public unsafe Span<byte> Span
    {
        get
        {
            nint block = Page.Look(_ticket, out int length);
            return new Span<byte>((void*)block, length);
        }
    }

    /// <summary>The event's length in bytes.</summary>
    /// <exception cref="ObjectDisposedException">As for <see cref="Span"/>.</exception>
    public int Length
    {
        get
        {
            Page.Look(_ticket, out int length);
            return length;
        }
    }

    internal bool IsDefault => _page == null;

    internal SlabEventQueue Queue => Page.Queue;

    private LeasePage Page
    {
        get
        {
            if (_page == null)
            {
                ThrowHelper.ThrowEventDisposed();
            }

            return _page;
        }
    }

    private string DebuggerText => _page == null ? "(none)" : _page.IsHeldBy(_ticket) ? $"{Length} bytes" : "(disposed)";

    /// <summary>
    /// Frees the event's memory. The default value, and an event whose queue was disposed together with its allocator, is left alone.
    /// </summary>
    /// <exception cref="ObjectDisposedException">
    /// The event was disposed already, or was moved to another queue. Nothing was changed.
    /// </exception>
    public void Dispose()
    {
        if (_page == null)
        {
            return;
        }

        if (_page.TryEnd(_ticket, out nint block))
        {
            _page.Queue.FreeHeld(block);
        }
        else if (!_page.Queue.HasGoneWithMemory)
        {
            ThrowHelper.ThrowEventDisposed();
        }
    }

    /// <summary>
    /// Disposes events and frees their memory as one batch, which costs less than one by one. Default values are skipped.
    /// </summary>
    /// <param name="events">The events, of one queue or several.</param>
    /// <exception cref="ObjectDisposedException">Some were disposed already. All others were disposed.</exception>
    public static void DisposeBatch(ReadOnlySpan<SlabEvent> events)
    {
        const int MostAtOnce = 64;
        Span<nint> blocks = stackalloc nint[MostAtOnce];
        bool anyRefused = false;
        Exception? failure = null;
        while (!events.IsEmpty)
        {
            SlabEventQueue? queue = events[0]._page?.Queue;
            int count = 0;
            int seen = 0;
            for (; seen < events.Length && count < MostAtOnce && events[seen]._page?.Queue == queue; seen++)
            {
                LeasePage? page = events[seen]._page;
                if (page == null)
                {
                    continue;
                }

                if (page.TryEnd(events[seen]._ticket, out blocks[count]))
                {
                    count++;
                }
                else
                {
                    anyRefused |= !page.Queue.HasGoneWithMemory;
                }
            }

            try
            {
                queue?.FreeHeld(blocks[..count]);
            }
#pragma warning disable CA1031 // the rest is disposed all the same
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure ??= error;
            }

            events = events[seen..];
        }

        if (failure != null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        if (anyRefused)
        {
            ThrowHelper.ThrowEventDisposed();
        }
    }

    /// <summary>Makes the event unusable while it goes to another queue.</summary>
    internal nint BeginMove(out int length)
    {
        nint block = Page.Look(_ticket, out length);
        if (!Page.TryBeginMove(_ticket))
        {
            ThrowHelper.ThrowEventDisposed();
        }

        return block;
    }

    /// <summary>The event has gone, or is the caller's again; false when its queue was disposed meanwhile, and took it along.</summary>
    internal bool EndMove(bool isGone) => Page.TryEndMove(_ticket, isGone);
}
