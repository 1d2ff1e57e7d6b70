using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>The meter BitSlab: seven instruments, by allocator name. Those of queues have tests of their own.</summary>
public sealed class MeterTests
{
    private const long MiB = 1 << 20;

    private static readonly Dictionary<string, (Type Kind, string Unit)> s_instruments = new()
    {
        ["bitslab.memory.live"] = (typeof(ObservableUpDownCounter<long>), "By"),
        ["bitslab.memory.committed"] = (typeof(ObservableUpDownCounter<long>), "By"),
        ["bitslab.memory.reserved"] = (typeof(ObservableUpDownCounter<long>), "By"),
        ["bitslab.memory.returned"] = (typeof(ObservableCounter<long>), "By"),
        ["bitslab.blocks.live"] = (typeof(ObservableUpDownCounter<long>), "{block}"),
        ["bitslab.invalid_frees"] = (typeof(ObservableCounter<long>), "{free}"),
        ["bitslab.limit_refusals"] = (typeof(ObservableCounter<long>), "{allocation}"),
    };

    [Fact]
    public void There_are_seven_instruments_and_no_other()
    {
        using var allocator = new SlabAllocator();
        allocator.GetThreadHeap();
        using var listener = new Listener();
        Assert.Equal(s_instruments.Keys.Order(), listener.Instruments.Keys.Order());
        foreach ((string name, Instrument instrument) in listener.Instruments)
        {
            Assert.Equal(s_instruments[name], (instrument.GetType(), instrument.Unit));
            Assert.False(string.IsNullOrEmpty(instrument.Description));
        }
    }

    [Fact]
    public void They_say_what_the_statistics_say()
    {
        using Subject subject = Named("meter-alone", limit: 16 * MiB);
        using var listener = new Listener();
        nint[] blocks = [.. Enumerable.Range(0, 5000).Select(_ => subject.Alloc(1000)), subject.Alloc(200_000)];
        subject.FreeBatch(blocks.AsSpan(0, 3000));
        subject.Allocator.Trim();
        Assert.Throws<InvalidBlockException>(() => subject.Free(blocks[0]));
        Assert.False(subject.TryAlloc(20 << 20, out _));
        Assert.False(subject.TryAlloc(20 << 20, out _));
        SlabStatistics statistics = subject.Allocator.GetStatistics();
        long[] expected =
        [
            statistics.LiveBytes, statistics.CommittedBytes, statistics.ReservedBytes, statistics.ReturnedBytes,
            statistics.LiveBlocks, statistics.InvalidFrees, statistics.LimitRefusals,
        ];
        Assert.True(Overlaps.AllDistinct([.. expected.Select(figure => (nint)figure)]), $"Figures are equal, or 0: {statistics}");
        Dictionary<string, long> found = listener.Observe("meter-alone");
        Assert.Equal(expected, s_instruments.Keys.Select(name => found[name]));
    }

    [Fact]
    public void Allocators_of_one_name_are_summed()
    {
        using Subject one = Named("meter-twins");
        using Subject two = Named("meter-twins");
        using Subject other = Named("meter-other");
        using var listener = new Listener();
        one.Alloc(100);
        two.Alloc(100);
        two.Alloc(5000);
        other.Alloc(64);
        Assert.Equal((3, 1), (listener.Observe("meter-twins")["bitslab.blocks.live"], listener.Observe("meter-other")["bitslab.blocks.live"]));
        Assert.Equal(
            one.Allocator.GetStatistics().CommittedBytes + two.Allocator.GetStatistics().CommittedBytes,
            listener.Observe("meter-twins")["bitslab.memory.committed"]);
    }

    [Fact]
    public void A_childs_bytes_count_once()
    {
        using Subject parent = Named("meter-parent");
        using Subject child = Subject.Of(parent.Allocator.CreateChild(new() { Name = "meter-child", IdleGiveBack = false }));
        using Subject grandchild = Subject.Of(child.Allocator.CreateChild(new() { Name = "meter-grandchild", IdleGiveBack = false }));
        using var listener = new Listener();
        foreach (Subject subject in (Subject[])[parent, child, grandchild])
        {
            subject.Alloc(1000);
            subject.Alloc(1 << 20);
        }

        long[] each = [.. ((string[])["meter-parent", "meter-child", "meter-grandchild"]).Select(Committed)];
        Assert.All(each, bytes => Assert.InRange(bytes, MiB, 2 * MiB));
        Assert.Equal(parent.Allocator.GetStatistics().CommittedBytes, each.Sum());
        Assert.Equal(grandchild.Allocator.GetStatistics().CommittedBytes, each[2]);

        long Committed(string name) => listener.Observe(name)["bitslab.memory.committed"];
    }

    [Fact]
    public void Disposed_allocators_are_gone()
    {
        Subject subject = Named("meter-disposed");
        using var listener = new Listener();
        Assert.Equal(7, listener.Observe("meter-disposed").Count);
        subject.Dispose();
        Assert.Empty(listener.Observe("meter-disposed"));
    }

    [Fact]
    public void The_shared_and_the_unnamed_are_there()
    {
        nint block = 0;
        using var unnamed = new SlabAllocator();
        using Subject shared = Subject.Of(Face.Static);
        using var listener = new Listener();
        block = shared.Alloc(10);
        Assert.True(listener.Observe("Shared")["bitslab.blocks.live"] >= 1);
        Assert.Equal(7, listener.Observe("(unnamed)").Count);
        shared.Free(block);
    }

    [Fact]
    public void It_may_be_observed_while_others_allocate_reset_and_dispose()
    {
        int running = 3;
        Action[] bodies =
        [
            .. Enumerable.Range(0, 3).Select(number => (Action)(() =>
            {
                for (int round = 0; round < 150; round++)
                {
                    using Subject subject = Named("meter-churn");
                    using Subject child = Subject.Of(subject.Allocator.CreateChild(new() { Name = "meter-churn" }));
                    for (int i = 0; i < 200; i++)
                    {
                        child.Alloc((nuint)(i * 31));
                        subject.Free(subject.Alloc((nuint)(i * number)));
                    }

                    subject.Allocator.Reset();
                }

                Interlocked.Decrement(ref running);
            })),
            Observe,
        ];
        Crowd.Run(bodies);

        void Observe()
        {
            using var listener = new Listener();
            while (Volatile.Read(ref running) > 0)
            {
                Assert.All(listener.Observe("meter-churn"), figure => Assert.True(figure.Value >= 0, $"{figure.Key} is {figure.Value}."));
            }

            Assert.Empty(listener.Observe("meter-churn"));
        }
    }

    // Ticked by nobody: what it holds changes by the test alone.
    private static Subject Named(string name, long limit = long.MaxValue) =>
        Subject.Of(new SlabAllocator(new SlabAllocatorOptions { Name = name, MemoryLimit = limit, IdleGiveBack = false }));

    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<(string Instrument, string Allocator), long> _seen = [];

        public Listener()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "BitSlab" && !instrument.Name.StartsWith("bitslab.queue.", StringComparison.Ordinal))
                {
                    Instruments.Add(instrument.Name, instrument);
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                Assert.Equal("allocator", tags[0].Key);
                Assert.True(_seen.TryAdd((instrument.Name, (string)tags[0].Value!), value), "One name was measured twice.");
            });
            _listener.Start();
        }

        public Dictionary<string, Instrument> Instruments { get; } = [];

        public Dictionary<string, long> Observe(string allocator)
        {
            _seen.Clear();
            _listener.RecordObservableInstruments();
            return _seen.Where(entry => entry.Key.Allocator == allocator).ToDictionary(entry => entry.Key.Instrument, entry => entry.Value);
        }

        public void Dispose() => _listener.Dispose();
    }
}
