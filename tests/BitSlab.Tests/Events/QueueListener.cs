using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Listens to the meter's instruments that tell of queues.</summary>
internal sealed class QueueListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Instrument, string Queue), long> _seen = [];

    public QueueListener()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "BitSlab" && instrument.Name.StartsWith("bitslab.queue.", StringComparison.Ordinal))
            {
                Instruments.Add(instrument.Name, instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal("queue", tags[0].Key);
            Assert.True(_seen.TryAdd((instrument.Name, (string)tags[0].Value!), value), "One name was measured twice.");
        });
        _listener.Start();
    }

    public Dictionary<string, Instrument> Instruments { get; } = [];

    public Dictionary<string, long> Observe(string queue)
    {
        _seen.Clear();
        _listener.RecordObservableInstruments();
        return _seen.Where(entry => entry.Key.Queue == queue).ToDictionary(entry => entry.Key.Instrument, entry => entry.Value);
    }

    public void Dispose() => _listener.Dispose();
}
