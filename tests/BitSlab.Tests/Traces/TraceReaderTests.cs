using System;
using System.IO;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Traces;

public sealed class TraceReaderTests
{
    private const byte More = 0x80;

    [Fact]
    public void Every_operation_is_read_with_its_fields()
    {
        Trace trace = new TraceWriter { Threads = 20, Slots = 300 }
            .Alloc(0, 40)
            .AllocZeroed(299, 1_000_000, thread: 19)
            .Aligned(1, 0, 4096)
            .Realloc(0, 300)
            .Realloc(1, 5)
            .Free(1, thread: 19)
            .Free(0)
            .Alloc(0, 1UL << 40)
            .ToTrace("folder/small.trace.gz");

        Assert.Equal("small", trace.Name);
        Assert.Equal((20, 300), (trace.ThreadCount, trace.SlotCount));
        Assert.Equal(
        [
            new TraceEvent(TraceOp.Alloc, 0, 0, 40, 0),
            new TraceEvent(TraceOp.AllocZeroed, 19, 299, 1_000_000, 0),
            new TraceEvent(TraceOp.AlignedAlloc, 0, 1, 0, 12),
            new TraceEvent(TraceOp.Realloc, 0, 0, 300, 0),
            new TraceEvent(TraceOp.AlignedRealloc, 0, 1, 5, 12),
            new TraceEvent(TraceOp.AlignedFree, 19, 1, 0, 12),
            new TraceEvent(TraceOp.Free, 0, 0, 0, 0),
            new TraceEvent(TraceOp.Alloc, 0, 0, 1UL << 40, 0),
        ],
        trace.Events);
    }

    [Fact]
    public void The_summary_finds_the_peak_and_the_rest()
    {
        Trace trace = new TraceWriter().Alloc(0, 100).Alloc(1, 200).Free(0).Realloc(1, 250).Realloc(1, 50).Alloc(0, 1).ToTrace();

        Assert.Equal(new TraceSummary(ObjectCount: 3, PeakEvent: 1, PeakLiveBytes: 300, PeakLiveBlocks: 2, LiveAtEnd: 2), trace.Summary);
    }

    [Fact]
    public void Many_events_grow_the_arrays()
    {
        TraceWriter writer = new() { Slots = 9_000 };
        for (uint i = 0; i < 9_000; i++)
        {
            writer.Alloc(i, i);
        }

        Trace trace = writer.ToTrace();

        Assert.Equal(9_000, trace.Events.Length);
        Assert.Equal(8_999u, trace.Events[^1].Slot);
    }

    [Fact]
    public void A_trace_without_events_is_legal()
    {
        Trace trace = new TraceWriter { Threads = 0, Slots = 0 }.ToTrace();

        Assert.Empty(trace.Events);
        Assert.Equal(-1, trace.Summary.PeakEvent);
    }

    [Fact]
    public void A_header_that_is_wrong_is_refused()
    {
        Refuses("not a gzip stream", "BSTRACE1 but plain"u8.ToArray());
        Refuses("ends in the header, after 0 of 32 bytes", []);
        Refuses("ends in the header, after 11 of 32 bytes", TraceWriter.Gzip(new TraceWriter().ToBytes().AsSpan(0, 11)));
        Refuses("wrong magic", new TraceWriter { Magic = "BSTRACE2" }.ToGzip());
        Refuses("wrong magic", TraceWriter.Gzip("short"u8));
        Refuses("version 2 is not supported", new TraceWriter { Version = 2 }.ToGzip());
    }

    [Fact]
    public void A_header_that_lies_is_refused_and_allocates_little()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refuses("claims 18446744073709551615 events", new TraceWriter { ClaimedEvents = ulong.MaxValue }.Alloc(0, 1).ToGzip());
        Refuses("claims 4000000000 threads", new TraceWriter { ClaimedThreads = 4_000_000_000 }.Alloc(0, 1).ToGzip());
        Refuses("claims 4000000000 slots for 1 events", new TraceWriter { ClaimedSlots = 4_000_000_000 }.Alloc(0, 1).ToGzip());
        RefusesEvent(1, "ends in the event's head", new TraceWriter { Slots = 1, ClaimedEvents = 200_000_000 }.Alloc(0, 1).ToGzip());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Each_illegal_event_is_refused_by_its_number()
    {
        RefusesEvent(1, "operation 5 does not exist", Good().Event(5, 0, 1, 1));
        RefusesEvent(1, "operation 7 does not exist", Good().Event(7, 0, 1, 1));
        RefusesEvent(1, "thread 1 is out of range, the trace has 1", Good().Alloc(1, 1, thread: 1));
        RefusesEvent(1, "slot 2 is out of range, the trace has 2", Good().Alloc(2, 1));
        RefusesEvent(1, "allocation into slot 0, which is occupied", Good().Alloc(0, 1));
        RefusesEvent(1, "allocation into slot 0, which is occupied", Good().Aligned(0, 1, 8));
        RefusesEvent(1, "free of slot 1, which is empty", Good().Free(1));
        RefusesEvent(2, "free of slot 0, which is empty", Good().Free(0).Free(0));
        RefusesEvent(1, "realloc of slot 1, which is empty", Good().Realloc(1, 5));
        RefusesEvent(1, "realloc of slot 0 to no bytes", Good().Realloc(0, 0));
        RefusesEvent(1, "alignment 0 is not a power of two", Good().Aligned(1, 1, 0));
        RefusesEvent(1, "alignment 24 is not a power of two", Good().Aligned(1, 1, 24));
        RefusesEvent(1, "alignment 9223372036854775808 is not a power of two", Good().Aligned(1, 1, 1UL << 63));
        RefusesEvent(1, "size 18446744073709551615 is larger", Good().Alloc(1, ulong.MaxValue));
    }

    [Fact]
    public void A_varint_of_more_than_64_bits_is_refused()
    {
        byte[] eleven = [More, More, More, More, More, More, More, More, More, More, 0];
        byte[] tenTooWide = [More, More, More, More, More, More, More, More, More, 2];

        RefusesEvent(1, "the event's head is a varint of more than 64 bits", Open().Raw(eleven));
        RefusesEvent(1, "the event's slot is a varint of more than 64 bits", Open().Raw(0).Raw(tenTooWide));
        RefusesEvent(1, "the event's size is a varint of more than 64 bits", Open().Raw(0, 1).Raw(eleven));
        RefusesEvent(1, "the event's alignment is a varint of more than 64 bits", Open().Raw(4, 1, 1).Raw(tenTooWide));
    }

    [Fact]
    public void A_stream_that_is_cut_short_is_refused_by_the_event()
    {
        RefusesEvent(1, "ends in the event's head", Open());
        RefusesEvent(1, "ends in the event's slot", Open().Raw(0));
        RefusesEvent(1, "ends in the event's size", Open().Raw(0, 1));
        RefusesEvent(1, "ends in the event's size", Open().Raw(0, 1, More));
        RefusesEvent(1, "ends in the event's alignment", Open().Raw(4, 1, 1));
    }

    [Fact]
    public void A_gzip_stream_that_is_cut_or_changed_is_refused()
    {
        TraceWriter writer = new() { Slots = 5_000 };
        Random random = new(1);
        for (uint i = 0; i < 5_000; i++)
        {
            writer.Alloc(i, (ulong)random.Next());
        }

        byte[] whole = writer.ToGzip();
        BadTraceException cut = Refuses("", whole[..(whole.Length / 2)]);
        Assert.InRange(cut.EventNumber, 1, 4_999);

        byte[] changed = [.. whole];
        changed[^6] ^= 1; // in the checksum
        Refuses("damaged", changed);
    }

    [Fact]
    public void Bytes_after_the_last_event_are_refused() =>
        Refuses("goes on after the last of 1 events", new TraceWriter { Slots = 1 }.Alloc(0, 1).Raw(0).ToGzip());

    [Fact]
    public void The_project_s_own_traces_are_read_as_documented()
    {
        Assert.Equal((1_408_365, 14_490), Figures("mosquitto"));
        Assert.Equal((266_298, 13_943), Figures("beanstalkd"));
        Assert.Equal((843_156, 529), Figures("libzmq-paced"));
        Assert.Equal((934_656, 785), Figures("sqlite"));

        static (int, int) Figures(string name)
        {
            Trace trace = TraceFiles.Read(name);
            return (trace.Events.Length, trace.SlotCount);
        }
    }

    // One good event before the bad one, so that the number tells.
    private static TraceWriter Good() => new TraceWriter { Slots = 2, ClaimedEvents = 9 }.Alloc(0, 40);

    private static TraceWriter Open() => new TraceWriter { Slots = 2, ClaimedEvents = 2 }.Alloc(0, 40);

    private static void RefusesEvent(long number, string what, TraceWriter writer) => RefusesEvent(number, what, writer.ToGzip());

    private static void RefusesEvent(long number, string what, byte[] file)
    {
        BadTraceException bad = Refuses(what, file);
        Assert.Equal(number, bad.EventNumber);
        Assert.StartsWith($"bad.gz: event {number}: ", bad.Message, StringComparison.Ordinal);
    }

    private static BadTraceException Refuses(string what, byte[] file)
    {
        BadTraceException bad = Assert.Throws<BadTraceException>(() => TraceReader.Read("bad.gz", new MemoryStream(file)));
        Assert.StartsWith("bad.gz: ", bad.Message, StringComparison.Ordinal);
        Assert.Contains(what, bad.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', bad.Message);
        return bad;
    }
}
