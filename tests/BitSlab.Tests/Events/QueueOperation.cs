using System.Globalization;
using CsCheck;

namespace BitSlab.Tests.Events;

/// <summary>What a random step does to a queue.</summary>
public enum QueueStep
{
    Enqueue,
    EnqueueByWriter,
    EnqueueAsync,
    WriterThrows,
    Dequeue,
    DequeueBatch,
    Dispose,
    DisposeBatch,
    MoveToItself,
    Fill,
    Drain,
}

/// <summary>A random step: a length in bytes, and a number that chooses or counts.</summary>
public readonly record struct QueueOperation(QueueStep Step, int Length, int Number)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Step}({Length}, {Number})");

    /// <summary>Sequences of steps: mostly small events, now and then many at once, over the borders of segments.</summary>
    public static Gen<QueueOperation[]> Sequences { get; } = Gen.Select(
        Gen.Frequency(
            (30, Gen.Const(QueueStep.Enqueue)), (10, Gen.Const(QueueStep.EnqueueByWriter)), (10, Gen.Const(QueueStep.EnqueueAsync)),
            (2, Gen.Const(QueueStep.WriterThrows)), (25, Gen.Const(QueueStep.Dequeue)), (6, Gen.Const(QueueStep.DequeueBatch)),
            (15, Gen.Const(QueueStep.Dispose)), (3, Gen.Const(QueueStep.DisposeBatch)), (4, Gen.Const(QueueStep.MoveToItself)),
            (2, Gen.Const(QueueStep.Fill)), (2, Gen.Const(QueueStep.Drain))),
        Gen.Frequency((10, Gen.Int[0, 20]), (10, Gen.Int[21, 300]), (2, Gen.Int[301, 5000]), (1, Gen.Int[5001, 60_000])),
        Gen.Int[0, 999],
        (step, length, number) => new QueueOperation(step, length, number)).Array[1, 150];
}
