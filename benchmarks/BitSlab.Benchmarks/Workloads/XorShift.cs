namespace BitSlab.Benchmarks.Workloads;

/// <summary>Random numbers for a few cycles, the same for each contender and in each run.</summary>
internal struct XorShift(ulong seed)
{
    // Any state but 0; the multiplier spreads small seeds over all bits.
    private ulong _state = unchecked((seed + 1) * 0x9E3779B97F4A7C15);

    /// <summary>64 bits, of which the high ones are the better.</summary>
    public ulong Next()
    {
        ulong state = _state;
        unchecked
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }

        return _state = state;
    }

    /// <summary>A number below <paramref name="limit"/>.</summary>
    public int Below(int limit) => Scale((uint)(Next() >> 32), limit);

    /// <summary>32 random bits as a number below <paramref name="limit"/>.</summary>
    public static int Scale(uint bits, int limit) => (int)(((ulong)bits * (uint)limit) >> 32);
}
