using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;

namespace BitSlab.Buffers;

/// <summary>Knows each buffer of an allocator, where it was allocated, and whether it was disposed. Safe on any thread.</summary>
internal sealed class BufferTracker
{
    // Of so many that were disposed it is known where they were allocated, for the message of who uses them still.
    private const int MostEnded = 4_096;

    private static readonly string? s_ownAssembly = typeof(BufferTracker).Assembly.FullName;

    private readonly ConcurrentDictionary<uint, Entry> _entries = new();
    private readonly ConcurrentQueue<uint> _ended = new();
    private int _lastTicket;

    /// <summary>The buffers that live, in the order of their allocation.</summary>
    public IReadOnlyList<SlabLiveBuffer> Live =>
    [
        .. _entries.Where(pair => Volatile.Read(ref pair.Value.HasEnded) == 0).OrderBy(pair => pair.Value.Number)
            .Select(pair => new SlabLiveBuffer(pair.Value.Type, pair.Value.Length, pair.Value.Bytes, pair.Value.Place)),
    ];

    /// <summary>Knows a buffer from here on.</summary>
    /// <returns>Its ticket, which is not 0.</returns>
    public uint Begin(Type type, int length, long bytes)
    {
        Entry entry = new(type, PlaceOfCaller()) { Length = length, Bytes = bytes };
        do
        {
            entry.Number = unchecked((uint)Interlocked.Increment(ref _lastTicket));
        }
        while (entry.Number == 0 || !_entries.TryAdd(entry.Number, entry));
        return entry.Number;
    }

    public void Note(uint ticket, int length, long bytes)
    {
        if (_entries.TryGetValue(ticket, out Entry? entry))
        {
            entry.Length = length;
            entry.Bytes = bytes;
        }
    }

    // Out of line, as the next one: who does not track pays for a test.
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void ThrowIfEnded(uint ticket)
    {
        if (!_entries.TryGetValue(ticket, out Entry? entry) || Volatile.Read(ref entry.HasEnded) != 0)
        {
            Throw(entry);
        }
    }

    /// <summary>The buffer is disposed, by whoever comes first.</summary>
    /// <exception cref="ObjectDisposedException">It was before.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void End(uint ticket)
    {
        if (!_entries.TryGetValue(ticket, out Entry? entry) || Interlocked.Exchange(ref entry.HasEnded, 1) != 0)
        {
            Throw(entry);
        }

        Retire(ticket);
    }

    /// <summary>All are gone, with the allocator's memory.</summary>
    public void EndAll()
    {
        foreach ((uint ticket, Entry entry) in _entries)
        {
            if (Interlocked.Exchange(ref entry.HasEnded, 1) == 0)
            {
                Retire(ticket);
            }
        }
    }

    // From the first frame on that is not the library's: what is inlined changes from call to call.
    private static StackTrace PlaceOfCaller()
    {
        StackTrace all = new(fNeedFileInfo: false);
        int own = 0;
        while (own < all.FrameCount && DiagnosticMethodInfo.Create(all.GetFrame(own)!)?.DeclaringAssemblyName == s_ownAssembly)
        {
            own++;
        }

        return new StackTrace(own, fNeedFileInfo: true);
    }

    private void Retire(uint ticket)
    {
        _ended.Enqueue(ticket);
        while (_ended.Count > MostEnded && _ended.TryDequeue(out uint oldest))
        {
            _entries.TryRemove(oldest, out _);
        }
    }

    private static void Throw(Entry? entry) =>
        throw new ObjectDisposedException(
            entry == null ? nameof(SlabBuffer) : entry.Type.Name,
            entry == null ? "The buffer was disposed." : $"The buffer was disposed. It was allocated here:{Environment.NewLine}{entry.Place}");

    private sealed class Entry(Type type, StackTrace place)
    {
        public Type Type { get; } = type;

        public StackTrace Place { get; } = place;

        public uint Number { get; set; }

        public int Length { get; set; }

        public long Bytes { get; set; }

        public int HasEnded;
    }
}
