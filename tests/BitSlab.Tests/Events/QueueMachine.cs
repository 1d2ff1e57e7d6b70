using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Xunit;

namespace BitSlab.Tests.Events;

/// <summary>Runs steps on a queue and on its model, and compares the two.</summary>
public sealed class QueueMachine : IDisposable
{
    private readonly QueueSubject _subject;
    private readonly QueueModel _model;
    private readonly List<(SlabEvent Item, int Length, uint Seed)> _held = [];
    private uint _seed;

    public QueueMachine(QueueForm form, SlabEventQueueOptions options)
        : this(form, options, new QueueModel(options))
    {
    }

    /// <summary>With a model that may be wrong, to see that it is noticed.</summary>
    public QueueMachine(QueueForm form, SlabEventQueueOptions options, QueueModel model)
    {
        _subject = new QueueSubject(form, options);
        _model = model;
    }

    private SlabEventQueue Queue => _subject.Queue;

    public void Run(QueueOperation[] operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        foreach (QueueOperation operation in operations)
        {
            Apply(operation);
            _model.Agrees(Queue);
        }

        long segments = _subject.LiveBlocks - _held.Count - _model.Count;
        Assert.InRange(segments, 0, 2 + (_model.Count / Math.Min(510, Queue.Options.Capacity)));
        _held.ForEach(held => Payload.VerifyAndDispose(held.Item, held.Length, held.Seed));
        _held.Clear();
        _subject.AssertLeavesNothing();
    }

    public void Dispose() => _subject.Dispose();

    private void Apply(QueueOperation operation)
    {
        // What is larger than the queue is refused in another way, which has tests of its own.
        int length = (int)Math.Min(operation.Length, Queue.Options.ByteCapacity);
        switch (operation.Step)
        {
            case QueueStep.Enqueue:
                Enqueue(length);
                break;
            case QueueStep.EnqueueByWriter:
                _seed++;
                Assert.Equal(_model.Enqueue(length, _seed), Queue.TryEnqueue(length, _seed, Payload.Write));
                break;
            case QueueStep.EnqueueAsync:
                EnqueueAsync(length);
                break;
            case QueueStep.WriterThrows when _model.HasRoom(length):
                Assert.Throws<NotSupportedException>(() => Queue.TryEnqueue(length, 0, static (_, _) => throw new NotSupportedException()));
                break;
            case QueueStep.Dequeue:
                Dequeue();
                break;
            case QueueStep.DequeueBatch:
                DequeueBatch(operation.Number % 100);
                break;
            case QueueStep.Dispose when _held.Count != 0:
                DisposeHeld(operation.Number % _held.Count);
                break;
            case QueueStep.DisposeBatch:
                SlabEvent.DisposeBatch(_held.ConvertAll(static held => held.Item).ToArray());
                _held.Clear();
                break;
            case QueueStep.MoveToItself when _held.Count != 0:
                MoveToItself(operation.Number % _held.Count);
                break;
            case QueueStep.Fill:
                for (int i = 0; i < operation.Number; i++)
                {
                    Enqueue(Math.Min(length, 20));
                }

                break;
            case QueueStep.Drain:
                while (_model.Count != 0)
                {
                    DequeueBatch(1 + operation.Number);
                }

                break;
            default:
                break;
        }
    }

    private void Enqueue(int length)
    {
        _seed++;
        Assert.Equal(_model.Enqueue(length, _seed), Queue.TryEnqueue(Payload.Of(length, _seed)));
    }

    private void EnqueueAsync(int length)
    {
        if (Queue.Options.FullMode == EventQueueFullMode.Wait && !_model.HasRoom(length))
        {
            // It would wait.
            return;
        }

        _seed++;
        bool comesIn = _model.Enqueue(length, _seed);
        Task done = Queue.EnqueueAsync(Payload.Of(length, _seed)).AsTask();
        Assert.True(done.IsCompleted);
        Assert.Equal(comesIn, done.IsCompletedSuccessfully);
        Assert.True(comesIn || done.Exception!.InnerException is InvalidOperationException);
    }

    private void Dequeue()
    {
        bool isThere = Queue.TryDequeue(out SlabEvent item);
        Assert.Equal(_model.Count != 0, isThere);
        if (isThere)
        {
            Hold(item);
        }
    }

    private void DequeueBatch(int most)
    {
        SlabEvent[] batch = new SlabEvent[most];
        int count = Queue.TryDequeueBatch(batch);
        Assert.Equal(Math.Min(most, _model.Count), count);
        foreach (SlabEvent item in batch.AsSpan(0, count))
        {
            Hold(item);
        }
    }

    private void Hold(SlabEvent item)
    {
        (int length, uint seed) = _model.Dequeue();
        Payload.Verify(item, length, seed);
        _held.Add((item, length, seed));
    }

    private void DisposeHeld(int index)
    {
        (SlabEvent item, int length, uint seed) = _held[index];
        Payload.VerifyAndDispose(item, length, seed);
        _held.RemoveAt(index);
    }

    private void MoveToItself(int index)
    {
        (SlabEvent item, int length, uint seed) = _held[index];
        bool comesIn = _model.Enqueue(length, seed);
        Assert.Equal(comesIn, Queue.TryEnqueue(item));
        if (comesIn)
        {
            _held.RemoveAt(index);
            Assert.Throws<ObjectDisposedException>(item.Dispose);
        }
        else
        {
            Payload.Verify(item, length, seed);
        }
    }
}
