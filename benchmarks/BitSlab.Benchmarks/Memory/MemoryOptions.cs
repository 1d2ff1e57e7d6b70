using System.Collections.Generic;
using BitSlab.Benchmarks.Contenders;

namespace BitSlab.Benchmarks.Memory;

/// <summary>What <c>memory</c> was asked for.</summary>
/// <param name="Catalog">Who takes part in the phases and traces.</param>
/// <param name="Work">What is measured.</param>
/// <param name="Events">Events of a fill.</param>
/// <param name="IdleSeconds">Idle time of each phase; null for the phase's own.</param>
/// <param name="Quick">Short phases, for a look and for the tests.</param>
/// <param name="Parallel">Child processes at a time.</param>
internal sealed record MemoryOptions(
    SubjectCatalog Catalog, IReadOnlyList<MemoryWork> Work, int Events, int? IdleSeconds, bool Quick, int Parallel);
