using System.Collections.Generic;

namespace BitSlab.Benchmarks.Memory.Phases;

/// <summary>All phases, in the order of the report.</summary>
internal static class PhaseCatalog
{
    public const string FreeAll = "free-all";
    public const string FreeRandom = "free-random";
    public const string FreeSecond = "free-second";

    public static IReadOnlyList<Phase> All { get; } =
    [
        new FillPhase(FreeAll, "1,000,000 events in, then all freed in their order", FillPhase.All),
        new FillPhase(FreeRandom, "1,000,000 events in, then a random 90 % of them freed", FillPhase.NineOfTen),
        new FillPhase(FreeSecond, "1,000,000 events in, then every second one freed in their order", FillPhase.EverySecond),
        new SawtoothPhase(),
        new ThreadsPhase(),
        new ProducerPhase(),
    ];
}
