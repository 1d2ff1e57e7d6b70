using BitSlab.Cli.Measuring;
using BitSlab.Cli.Replay;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Memory.Measuring;

/// <summary>
/// Runs in a child process: one trace, one contender, after a first block of its own. What the contender and the runtime need once
/// (.NET's meter alone takes most of a MiB) is no part of the trace's peak, and a figure of its own.
/// </summary>
internal sealed class ReplayChild : IContenderVisitor<long>
{
    // More would be memory that the contender keeps, and that the trace would then be served from unseen.
    private const int FirstBlock = 64;

    public static PhaseReport Measure(Trace trace, Contender contender)
    {
        long startUp = contender.Accept(new ReplayChild());
        return new PhaseReport { StartUpBytes = startUp, Replay = ReplayMemory.Measure(trace, contender, threads: false) };
    }

    /// <summary>Bytes resident by the first block, which is freed.</summary>
    public unsafe long Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        CodePreparation.PrepareAssembly(typeof(SlabMemory).Assembly);
        MemoryProbe probe = new();
        T contender = T.Open(null);
        void* block = contender.Alloc(FirstBlock);
        default(WrittenPayload).Allocated(block, FirstBlock);
        contender.Free(block);
        return probe.Growth();
    }
}
