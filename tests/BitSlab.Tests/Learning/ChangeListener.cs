using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Tracing;
using System.Linq;

namespace BitSlab.Tests.Learning;

/// <summary>Hears the events of the source <c>BitSlab</c>.</summary>
internal sealed class ChangeListener : EventListener
{
    private readonly ConcurrentQueue<object[]> _events = new();

    /// <summary>Called within the event, with the allocator's name.</summary>
    public Action<string>? Heard { get; init; }

    /// <summary>The payloads of one allocator's events.</summary>
    public IEnumerable<object[]> Of(string allocator) => _events.Where(each => (string)each[0] == allocator);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "BitSlab")
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "ClassesChanged")
        {
            object[] payload = [.. eventData.Payload!.Select(value => value!)];
            _events.Enqueue(payload);
            Heard?.Invoke((string)payload[0]);
        }
    }
}
