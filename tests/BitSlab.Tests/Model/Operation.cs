using System.Collections.Generic;
using System.Globalization;
using CsCheck;

namespace BitSlab.Tests.Model;

/// <summary>What a random step does.</summary>
public enum Step
{
    Alloc,
    AllocZeroed,
    AlignedAlloc,
    TryAlloc,
    Realloc,
    AlignedRealloc,
    Free,
    FreeAsStatic,
    FreeBatch,
    FreeBatchWithFaults,
    FreeStale,
    FreeInside,
    Trim,
    Reset,
    FreeMost,
}

/// <summary>A random step. What its numbers mean depends on the kind: <see cref="Pick"/> chooses among what is live.</summary>
public readonly record struct Operation(Step Step, int Size, int Pick, int AlignmentShift, int Allocator, int Thread)
{
    public nuint Alignment => (nuint)1 << AlignmentShift;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"{Step}({Size}, pick {Pick}, 2^{AlignmentShift}, allocator {Allocator}, thread {Thread})");
}

/// <summary>Generators of step sequences.</summary>
public static class Operations
{
    /// <summary>Mostly what slabs serve, at all scales; some large blocks, few that the operating system gives.</summary>
    private static readonly Gen<int> Sizes = Gen.Frequency(
        (10, Gen.Int[0, 64]),
        (20, Gen.Int[1, 1024]),
        (10, Gen.Int[1025, 32_768]),
        (3, Gen.Int[32_769, 300_000]),
        (1, Gen.Int[1 << 20, 3 << 20]));

    private static readonly Gen<int> AlignmentShifts = Gen.Frequency((20, Gen.Int[0, 8]), (5, Gen.Int[9, 16]), (1, Gen.Int[17, 22]));

    /// <summary>Sequences of steps.</summary>
    /// <param name="withFaults">Whether misuse is among them.</param>
    public static Gen<Operation[]> Sequences(bool withFaults)
    {
        var steps = new List<(int, IGen<Step>)>
        {
            (30, Gen.Const(Step.Alloc)), (8, Gen.Const(Step.AllocZeroed)), (6, Gen.Const(Step.AlignedAlloc)), (4, Gen.Const(Step.TryAlloc)),
            (10, Gen.Const(Step.Realloc)), (3, Gen.Const(Step.AlignedRealloc)), (20, Gen.Const(Step.Free)),
            (5, Gen.Const(Step.FreeAsStatic)), (5, Gen.Const(Step.FreeBatch)), (2, Gen.Const(Step.Trim)), (1, Gen.Const(Step.Reset)), (2, Gen.Const(Step.FreeMost)),
        };
        if (withFaults)
        {
            steps.AddRange([(4, Gen.Const(Step.FreeStale)), (4, Gen.Const(Step.FreeInside)), (3, Gen.Const(Step.FreeBatchWithFaults))]);
        }

        return Gen.Select(Gen.Frequency([.. steps]), Sizes, Gen.Int[0, 9999], AlignmentShifts, Gen.Int[0, 2], Gen.Int[0, 2],
            (step, size, pick, shift, allocator, thread) => new Operation(step, size, pick, shift, allocator, thread)).Array[1, 160];
    }
}
