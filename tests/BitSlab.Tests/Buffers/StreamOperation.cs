using System.Globalization;
using CsCheck;

namespace BitSlab.Tests.Buffers;

/// <summary>What a random step does to a stream.</summary>
public enum StreamStep
{
    Write,
    WriteArray,
    WriteAsync,
    WriteByte,
    WriteAsBuffer,
    AdvanceLess,
    Read,
    ReadAsync,
    ReadByte,
    ReadExactly,
    SeekBegin,
    SeekCurrent,
    SeekEnd,
    SetPosition,
    SetLength,
    SetCapacity,
    CopyTo,
    GetBuffer,
    WriteThroughBuffer,
}

/// <summary>A random step: a number of bytes or a place, and a seed for contents.</summary>
public readonly record struct StreamOperation(StreamStep Step, int Number, int Seed)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Step}({Number}, {Seed})");

    /// <summary>Sequences of steps that write more than they cut, with small and large numbers.</summary>
    public static Gen<StreamOperation[]> Sequences { get; } = Gen.Select(
        Gen.Frequency(
            (12, Gen.Const(StreamStep.Write)), (5, Gen.Const(StreamStep.WriteArray)), (5, Gen.Const(StreamStep.WriteAsync)),
            (8, Gen.Const(StreamStep.WriteByte)), (10, Gen.Const(StreamStep.WriteAsBuffer)), (4, Gen.Const(StreamStep.AdvanceLess)),
            (8, Gen.Const(StreamStep.Read)), (4, Gen.Const(StreamStep.ReadAsync)), (5, Gen.Const(StreamStep.ReadByte)),
            (2, Gen.Const(StreamStep.ReadExactly)), (5, Gen.Const(StreamStep.SeekBegin)),
            (5, Gen.Const(StreamStep.SeekCurrent)), (8, Gen.Const(StreamStep.SeekEnd)), (5, Gen.Const(StreamStep.SetPosition)),
            (6, Gen.Const(StreamStep.SetLength)), (3, Gen.Const(StreamStep.SetCapacity)), (2, Gen.Const(StreamStep.CopyTo)),
            (2, Gen.Const(StreamStep.GetBuffer)), (2, Gen.Const(StreamStep.WriteThroughBuffer))),
        Gen.Frequency((5, Gen.Int[0, 3]), (10, Gen.Int[4, 100]), (5, Gen.Int[101, 1500]), (1, Gen.Int[1501, 20_000])),
        Gen.Int[0, 999],
        (step, number, seed) => new StreamOperation(step, number, seed)).Array[1, 120];
}
