using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>Listens to the meter Microsoft.AspNetCore.MemoryPool of one application.</summary>
/// <remarks>Each instrument is there once: who collects the figures would take a second one of the same name for a mistake.</remarks>
internal sealed class PoolListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, string> _instruments = new();
    private readonly ConcurrentDictionary<(string Name, string Tags), long> _figures = new();

    /// <param name="meters">The application's.</param>
    public PoolListener(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Microsoft.AspNetCore.MemoryPool" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                _instruments[instrument] = instrument.Name;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, figure, tags, _) =>
        {
            string key = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
            _figures.AddOrUpdate((instrument.Name, key), figure, (_, before) => before + figure);
        });
        _listener.Start();
    }

    /// <summary>The instruments, by name. Throws where two have the same name.</summary>
    public IReadOnlyDictionary<string, Instrument> Instruments => _instruments.ToDictionary(entry => entry.Value, entry => entry.Key);

    /// <summary>The tags of every figure that was told, with the instrument's name.</summary>
    public IEnumerable<(string Name, string Tags)> Told => _figures.Keys.Order();

    public long this[string name] => _figures.Where(entry => entry.Key.Name == $"aspnetcore.memory_pool.{name}").Sum(entry => entry.Value);

    public void Dispose() => _listener.Dispose();
}
