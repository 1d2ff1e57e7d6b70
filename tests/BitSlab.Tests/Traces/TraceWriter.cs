using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using BitSlab.Traces;

namespace BitSlab.Tests.Traces;

/// <summary>Writes BSTRACE1, legal or broken at will.</summary>
internal sealed class TraceWriter
{
    private readonly List<byte> _events = [];

    public string Magic { get; init; } = "BSTRACE1";

    public uint Version { get; init; } = 1;

    public uint Threads { get; init; } = 1;

    public uint Slots { get; init; } = 8;

    /// <summary>Says what the header claims in place of the events written.</summary>
    public ulong? ClaimedEvents { get; init; }

    public ulong? ClaimedSlots { get; init; }

    public uint? ClaimedThreads { get; init; }

    public int Count { get; private set; }

    public TraceWriter Alloc(ulong slot, ulong size, int thread = 0) => Event(0, thread, slot, size);

    public TraceWriter Free(ulong slot, int thread = 0) => Event(1, thread, slot);

    public TraceWriter Realloc(ulong slot, ulong size, int thread = 0) => Event(2, thread, slot, size);

    public TraceWriter AllocZeroed(ulong slot, ulong size, int thread = 0) => Event(3, thread, slot, size);

    public TraceWriter Aligned(ulong slot, ulong size, ulong alignment, int thread = 0) => Event(4, thread, slot, size, alignment);

    public TraceWriter Event(int op, int thread, params ReadOnlySpan<ulong> fields)
    {
        Varint(((ulong)thread << 3) | (uint)op);
        foreach (ulong field in fields)
        {
            Varint(field);
        }

        Count++;
        return this;
    }

    public TraceWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _events.AddRange(bytes);
        return this;
    }

    public byte[] ToBytes()
    {
        byte[] header = new byte[32];
        System.Text.Encoding.ASCII.GetBytes(Magic, header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), ClaimedThreads ?? Threads);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), ClaimedEvents ?? (ulong)Count);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), ClaimedSlots ?? Slots);
        return [.. header, .. _events];
    }

    public byte[] ToGzip() => Gzip(ToBytes());

    public Trace ToTrace(string name = "test.trace.gz") => TraceReader.Read(name, new MemoryStream(ToGzip()));

    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _events.Add((byte)((value & 0x7F) | 0x80));
        }

        _events.Add((byte)value);
    }
}
