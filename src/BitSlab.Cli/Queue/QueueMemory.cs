using System.Linq;
using BitSlab.Cli.Measuring;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>Runs in a child process: the queue filled once, every block written, read while it is full.</summary>
internal sealed unsafe class QueueMemory(int[] sizes, Contender subject) : IContenderVisitor<MemoryFigures>
{
    public static MemoryFigures Measure(int events, int maxSize, Contender subject) =>
        subject.Accept(new QueueMemory(QueueSizes.Create(events, maxSize), subject));

    public MemoryFigures Visit<T>()
        where T : struct, IContender<T>, allows ref struct
    {
        CodePreparation.PrepareAssembly(typeof(SlabMemory).Assembly);
        CodePreparation.PrepareGenerics(typeof(BurstQueue), typeof(T), typeof(WrittenPayload));
        CodePreparation.PrepareGenerics(typeof(BurstQueue), typeof(T));
        BurstQueue queue = new(sizes);
        long requested = sizes.Sum(size => (long)size) + ((long)queue.LongLivedCount * BurstQueue.LongLivedSize);
        using SlabAllocator? allocator = subject.CreateAllocator();
        T contender = T.Open(allocator);

        // What the runtime loads with a program's first block, some 0.8 MiB for BitSlab's meter, is no event's.
        contender.Free(contender.Alloc(1));
        MemoryProbe probe = new();
        queue.Fill(contender, default(WrittenPayload));
        long full = probe.Growth();
        long peak = probe.PeakGrowth(atLeast: full);
        queue.Clear(contender);
        return new MemoryFigures(peak, full, requested, sizes.Length + queue.LongLivedCount);
    }
}
