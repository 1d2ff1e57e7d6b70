using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.Model;

/// <summary>
/// Random step sequences against a plain dictionary, for many options. CsCheck prints a seed with a failure, and shrinks
/// the sequence.
/// </summary>
public sealed class ModelTests
{
    public static Dictionary<string, SlabAllocatorOptions> OptionSets { get; } = new()
    {
        ["default"] = SlabAllocatorOptions.Default,
        ["classic"] = SlabAllocatorOptions.Classic,
        ["granularity 1, alignment 1"] = new() { ClassGranularity = 1, MinimumAlignment = 1 },
        ["granularity 2, alignment 2"] = new() { ClassGranularity = 2, MinimumAlignment = 2, BlocksPerSlab = 64 },
        ["granularity 8, alignment 1"] = new() { ClassGranularity = 8, MinimumAlignment = 1, BlocksPerSlab = 1000 },
        ["granularity 64"] = new() { ClassGranularity = 64 },
        ["granularity 256"] = new() { ClassGranularity = 256, BlocksPerSlab = 4096 },
        ["alignment 64"] = new() { MinimumAlignment = 64, BlocksPerSlab = 64 },
        ["alignment 256, malloc"] = new() { MinimumAlignment = 256, UseMallocForLarge = true },
        ["alignment 4096"] = new() { MinimumAlignment = 4096 },
        ["slabs of 64"] = new() { BlocksPerSlab = 64 },
        ["slabs of 1000"] = new() { BlocksPerSlab = 1000 },
        ["slabs of 4096"] = new() { BlocksPerSlab = 4096 },
        ["managed 64"] = new() { MaxManagedBlockSize = 64 },
        ["managed 64, malloc"] = new() { MaxManagedBlockSize = 64, UseMallocForLarge = true },
        ["managed 1000, granularity 1"] = new() { MaxManagedBlockSize = 1000, ClassGranularity = 1 },
        ["managed 5000"] = new() { MaxManagedBlockSize = 5000, BlocksPerSlab = 65 },
        ["limit"] = new() { MemoryLimit = 1L << 32 },
    };

    public static TheoryData<string> Names => [.. OptionSets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_allocator_on_one_thread_is_as_the_model(string options) => Sample(options, allocators: 1, threads: 0, iterations: 50);

    [Theory]
    [MemberData(nameof(Names))]
    public void Three_allocators_on_one_thread_are_as_their_models(string options) =>
        Sample(options, allocators: 3, threads: 0, iterations: 20);

    [Theory]
    [MemberData(nameof(Names))]
    public void One_allocator_used_by_three_threads_in_turn_is_as_the_model(string options) =>
        Sample(options, allocators: 1, threads: 3, iterations: 20);

    [Theory]
    [InlineData("default")]
    [InlineData("classic")]
    [InlineData("slabs of 64")]
    public void Two_allocators_used_by_two_threads_in_turn_are_as_their_models(string options) =>
        Sample(options, allocators: 2, threads: 2, iterations: 20);

    [Theory]
    [InlineData("default")]
    [InlineData("classic")]
    public void Threads_that_end_leave_the_allocator_as_the_model(string options)
    {
        // Each sequence begins with threads of its own and ends with new ones: heaps are orphaned and adopted on the way.
        Operations.Sequences(withFaults: false).Sample(operations =>
        {
            using var first = new Worker();
            using var machine = new Machine(OptionSets[options], allocators: 1, [first]);
            machine.Run(operations[..(operations.Length / 2)], last: false);
            first.Dispose();
            using var second = new Worker();
            machine.Continue([second]);
            machine.Run(operations[(operations.Length / 2)..], last: true);
        }, iter: 30, threads: 1);
    }

    private static void Sample(string options, int allocators, int threads, int iterations)
    {
        Worker[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Worker())];
        try
        {
            // A second free by another thread may pass until it is collected, and its address be live again by then:
            // what happens then is tested elsewhere, step by step.
            Operations.Sequences(withFaults: threads == 0).Sample(operations =>
            {
                using var machine = new Machine(OptionSets[options], allocators, workers);
                machine.Run(operations, last: true);
            }, iter: iterations, threads: 1);
        }
        finally
        {
            Array.ForEach(workers, w => w.Dispose());
        }
    }
}
