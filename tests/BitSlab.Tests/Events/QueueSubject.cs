using System;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>A queue in one of its forms, which must leave nothing behind.</summary>
public sealed class QueueSubject : IDisposable
{
    private readonly SlabAllocator? _given;

    public QueueSubject(QueueForm form, SlabEventQueueOptions? options = null)
    {
        options ??= SlabEventQueueOptions.Default;
        if (form.HasFlag(QueueForm.GivenAllocator))
        {
            _given = new SlabAllocator(options.AllocatorOptions);
            options = options with { Allocator = _given, AllocatorOptions = null };
        }

        Queue = new SlabEventQueue(options with
        {
            SingleWriter = form.HasFlag(QueueForm.SingleWriter),
            SingleReader = form.HasFlag(QueueForm.SingleReader),
        });
    }

    public static TheoryData<QueueForm> Forms
    {
        get
        {
            TheoryData<QueueForm> forms = [];
            for (int bits = 0; bits < 8; bits++)
            {
                forms.Add((QueueForm)bits);
            }

            return forms;
        }
    }

    public SlabEventQueue Queue { get; }

    /// <summary>Blocks of events, in the queue and out, and of the queue's segments.</summary>
    public long LiveBlocks => Queue.Allocator.GetStatistics().LiveBlocks;

    /// <summary>Disposes the queue: what it had is gone, and a given allocator holds nothing of it.</summary>
    public void AssertLeavesNothing(int heldEvents = 0)
    {
        Queue.Dispose();
        if (_given == null)
        {
            Assert.Throws<ObjectDisposedException>(() => Queue.Allocator.GetStatistics());
            return;
        }

        Assert.Equal(heldEvents, LiveBlocks);
        Assert.Equal(0, _given.GetStatistics().InvalidFrees);
        if (heldEvents == 0)
        {
            Whole.Holds(_given, 0, 0);
        }
    }

    public void Dispose()
    {
        Queue.Dispose();
        _given?.Dispose();
    }
}
