using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Numerics;

namespace BitSlab.Traces;

/// <summary>
/// Reads a BSTRACE1 file (gzip; a header of 32 bytes; events as varints) and checks every event, so that a replay needs no
/// checks. Memory grows with the events that are really there, never by what the header claims.
/// </summary>
internal sealed class TraceReader
{
    private const int HeaderBytes = 32;
    private const uint SupportedVersion = 1;

    // An event keeps its thread in 16 bits.
    private const uint MaximumThreads = 1 << 16;

    // 4 GiB of event array; the largest trace known has 2 million events.
    private const ulong MaximumEvents = 1 << 28;

    // More slots than events are never needed. So few do no harm, and a trace made by hand may be careless.
    private const ulong SlotsWithoutEvents = 1 << 16;

    // User address space of today's 64-bit systems: what is larger can only be a damaged number.
    private const ulong MaximumSize = 1UL << 47;

    // Slot states: empty, a plain block, or an aligned block (then 2 + the alignment's logarithm).
    private const byte Empty = 0;
    private const byte Plain = 1;
    private const byte Aligned = 2;

    private readonly string _file;
    private readonly TraceByteSource _source;
    private uint _threads;
    private ulong _eventCount;
    private ulong _slots;
    private byte[] _states = [];
    private long _event = -1;

    private TraceReader(string file, TraceByteSource source) => (_file, _source) = (file, source);

    /// <exception cref="BadTraceException">The file is no legal trace.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Trace Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024, FileOptions.SequentialScan);
        return Read(path, file);
    }

    /// <param name="name">Stands for the file in messages.</param>
    /// <param name="stream">The gzip stream; read to its end, and closed.</param>
    public static Trace Read(string name, Stream stream)
    {
        using TraceByteSource source = new(stream);
        TraceReader reader = new(name, source);
        try
        {
            reader.ReadHeader();
            TraceEvent[] events = reader.ReadEvents();
            return new Trace(ShortName(name), (int)reader._threads, (int)reader._slots, events);
        }
        catch (InvalidDataException cause)
        {
            throw reader.Bad(reader._event < 0 ? "not a gzip stream, or a damaged one" : "the gzip stream is damaged or cut short", cause);
        }
    }

    private static string ShortName(string path)
    {
        string name = Path.GetFileName(path);
        name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return name.EndsWith(".trace", StringComparison.OrdinalIgnoreCase) ? name[..^6] : name;
    }

    private void ReadHeader()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        int length = _source.Read(header);
        ReadOnlySpan<byte> magic = "BSTRACE1"u8;
        if (!header[..Math.Min(length, magic.Length)].SequenceEqual(magic[..Math.Min(length, magic.Length)]))
        {
            throw Bad("wrong magic, not a BSTRACE1 trace");
        }

        if (length < HeaderBytes)
        {
            throw Bad(Text($"the stream ends in the header, after {length} of {HeaderBytes} bytes"));
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        _threads = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        _eventCount = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        _slots = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        if (version != SupportedVersion)
        {
            throw Bad(Text($"version {version} is not supported, only {SupportedVersion}"));
        }

        if (_eventCount > MaximumEvents)
        {
            throw Bad(Text($"the header claims {_eventCount} events; at most {MaximumEvents} are read"));
        }

        if (_threads > MaximumThreads)
        {
            throw Bad(Text($"the header claims {_threads} threads; at most {MaximumThreads} are read"));
        }

        if (_slots > Math.Max(_eventCount, SlotsWithoutEvents))
        {
            throw Bad(Text($"the header claims {_slots} slots for {_eventCount} events"));
        }
    }

    private TraceEvent[] ReadEvents()
    {
        TraceEvent[] events = new TraceEvent[Math.Min(_eventCount, 4096)];
        for (_event = 0; (ulong)_event < _eventCount; _event++)
        {
            if (_event == events.Length)
            {
                Array.Resize(ref events, (int)Math.Min(_eventCount, (ulong)events.Length * 2));
            }

            events[_event] = ReadEvent();
        }

        if (!_source.AtEnd())
        {
            throw Bad(Text($"the stream goes on after the last of {_eventCount} events"));
        }

        return events;
    }

    private TraceEvent ReadEvent()
    {
        ulong head = ReadVarint("head");
        TraceOp op = (TraceOp)(head & 7);
        ulong thread = head >> 3;
        if (op > TraceOp.AlignedAlloc)
        {
            throw Bad(Text($"operation {head & 7} does not exist, the largest is {(int)TraceOp.AlignedAlloc}"));
        }

        if (thread >= _threads)
        {
            throw Bad(Text($"thread {thread} is out of range, the trace has {_threads}"));
        }

        ulong slot = ReadVarint("slot");
        if (slot >= _slots)
        {
            throw Bad(Text($"slot {slot} is out of range, the trace has {_slots}"));
        }

        ulong size = op == TraceOp.Free ? 0 : ReadVarint("size");
        if (size > MaximumSize)
        {
            throw Bad(Text($"size {size} is larger than any address space"));
        }

        int shift = op == TraceOp.AlignedAlloc ? ReadAlignmentShift() : 0;
        ref byte state = ref StateOf(slot);
        if (op is TraceOp.Free or TraceOp.Realloc)
        {
            if (state == Empty)
            {
                throw Bad(Text($"{(op == TraceOp.Free ? "free" : "realloc")} of slot {slot}, which is empty"));
            }

            if (op == TraceOp.Realloc && size == 0)
            {
                throw Bad(Text($"realloc of slot {slot} to no bytes"));
            }

            if (state >= Aligned)
            {
                shift = state - Aligned;
                op = op == TraceOp.Free ? TraceOp.AlignedFree : TraceOp.AlignedRealloc;
            }

            state = op is TraceOp.Free or TraceOp.AlignedFree ? Empty : state;
        }
        else
        {
            if (state != Empty)
            {
                throw Bad(Text($"allocation into slot {slot}, which is occupied"));
            }

            state = op == TraceOp.AlignedAlloc ? (byte)(Aligned + shift) : Plain;
        }

        return new TraceEvent(op, (int)thread, (uint)slot, size, shift);
    }

    private int ReadAlignmentShift()
    {
        ulong alignment = ReadVarint("alignment");
        if (!BitOperations.IsPow2(alignment) || alignment > MaximumSize)
        {
            throw Bad(Text($"alignment {alignment} is not a power of two up to {MaximumSize}"));
        }

        return BitOperations.Log2(alignment);
    }

    /// <summary>The state of a slot below the header's count; the table grows with the slots in use, by doubling.</summary>
    private ref byte StateOf(ulong slot)
    {
        if (slot >= (ulong)_states.Length)
        {
            Array.Resize(ref _states, (int)Math.Min(_slots, Math.Max(slot + 1, (ulong)_states.Length * 2)));
        }

        return ref _states[slot];
    }

    private ulong ReadVarint(string what) => _source.TryReadVarint(out ulong value) switch
    {
        ReadFailure.None => value,
        ReadFailure.EndOfStream => throw Bad($"the stream ends in the event's {what}"),
        _ => throw Bad($"the event's {what} is a varint of more than 64 bits"),
    };

    private BadTraceException Bad(string what, Exception? cause = null) => _event < 0 || (ulong)_event == _eventCount
        ? BadTraceException.InFile(_file, what, cause)
        : BadTraceException.AtEvent(_file, _event, what, cause);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
