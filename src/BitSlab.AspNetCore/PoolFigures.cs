namespace BitSlab.AspNetCore;

/// <summary>The framework's figures of a pool, in bytes: what was allocated and not evicted is rented or pooled.</summary>
/// <param name="Pooled">Committed, and in no block that is handed out.</param>
/// <param name="Allocated">Committed so far; what was given back and wanted again counts again.</param>
/// <param name="Evicted">Given back to the operating system so far.</param>
internal readonly record struct PoolFigures(long Pooled, long Allocated, long Evicted);
