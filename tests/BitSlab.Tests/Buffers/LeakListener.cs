using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Tracing;
using System.Linq;

namespace BitSlab.Tests.Buffers;

/// <summary>Hears of leaks from the event source <c>BitSlab</c>.</summary>
internal sealed class LeakListener : EventListener
{
    private readonly ConcurrentQueue<object[]> _events = new();

    /// <summary>The payloads of one allocator's events.</summary>
    public IEnumerable<object[]> Of(string allocator) => _events.Where(each => (string)each[0] == allocator);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "BitSlab")
        {
            EnableEvents(eventSource, EventLevel.Error);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "BufferLeaked")
        {
            _events.Enqueue([.. eventData.Payload!.Select(value => value!)]);
        }
    }
}
