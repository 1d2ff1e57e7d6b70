using System;
using System.Collections.Generic;
using System.Diagnostics;
using BitSlab.Cli.Measuring;
using BitSlab.Cli.Queue;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>Runs in a child process: an allocator is made, and a program's first events are allocated and written.</summary>
internal sealed class StartChild(Contender setup, int events) : IContenderVisitor<StartFigures>
{
    public const string Default = "default";

    // The first million events, with what they lose to size classes.
    private const long Prefault = 640L * 1024 * 1024;
    private const int WarmUpEvents = 1_000;
    private const int LargestEvent = 1_024;

    /// <summary>Ways to set BitSlab up, and NativeMemory.</summary>
    public static IReadOnlyList<Contender> Setups { get; } =
    [
        Slab(Default, new()),
        Slab("huge-off", new() { HugePages = HugePages.Off }),
        Slab("huge-hint", new() { HugePages = HugePages.Hint }),
        Slab("prefault", new() { Prefault = Prefault }),
        Slab("prefault-hint", new() { Prefault = Prefault, HugePages = HugePages.Hint }),
        new Contender<NativeMemoryContender>(ContenderCatalog.NativeMemoryName),
    ];

    public static StartFigures Measure(Contender setup, int events) => setup.Accept(new StartChild(setup, events));

    public StartFigures Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        CodePreparation.PrepareAssembly(typeof(SlabMemory).Assembly);
        using ProcessCounters counters = ProcessCounters.OfThisProcess();

        // With the default options, on an allocator that is gone before the baseline.
        Run<T>(counters, setup is Contender<NativeMemoryContender> ? setup : Setups[0], WarmUpEvents);
        return Run<T>(counters, setup, events);
    }

    private static Contender<SlabAllocatorContender> Slab(string name, SlabAllocatorOptions options) => new(name, options);

    private static unsafe StartFigures Run<T>(ProcessCounters counters, Contender contender, int count)
        where T : struct, IContender<T>, allows ref struct
    {
        int[] sizes = QueueSizes.Create(count, LargestEvent + 1);
        QueueStorage blocks = new(count);
        ResidentMemory.Settle();
        long resident = counters.Resident() ?? 0;
        long faults = counters.Faults();
        long begin = Stopwatch.GetTimestamp();
        using SlabAllocator? allocator = contender.CreateAllocator();
        StartPart making = Part(counters, begin, faults, resident);
        faults = counters.Faults();
        begin = Stopwatch.GetTimestamp();
        T opened = T.Open(allocator);
        for (int i = 0; i < sizes.Length; i++)
        {
            void* block = opened.Alloc((nuint)sizes[i]);
            default(WrittenPayload).Allocated(block, (nuint)sizes[i]);
            blocks.Address[i] = (nint)block;
        }

        StartPart filling = Part(counters, begin, faults, resident);
        for (int i = 0; i < sizes.Length; i++)
        {
            opened.Free((void*)blocks.Address[i]);
        }

        return new StartFigures(making, filling);
    }

    private static StartPart Part(ProcessCounters counters, long begin, long faults, long resident)
    {
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return new StartPart(milliseconds, counters.Faults() - faults, Math.Max(0, (counters.Resident() ?? 0) - resident));
    }
}
