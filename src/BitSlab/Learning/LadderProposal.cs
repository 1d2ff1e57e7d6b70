namespace BitSlab.Learning;

/// <summary>What was sampled up to a moment, and what the best block sizes for it are: worked out from it alone, with no lock held.</summary>
internal sealed class LadderProposal
{
    private readonly int[] _sizes;
    private readonly long[] _requests;
    private readonly bool[] _required;

    /// <param name="sizes">Sizes that may be asked for, ascending.</param>
    /// <param name="requests">How often.</param>
    /// <param name="required">Which of them want a class of just that size.</param>
    /// <param name="current">The block sizes in use.</param>
    public LadderProposal(int[] sizes, long[] requests, bool[] required, int[] current)
    {
        _sizes = sizes;
        _requests = requests;
        _required = required;
        BlockSizes = current;
        WasteBefore = Waste(current);
        WasteAfter = WasteBefore;
    }

    /// <summary>The best block sizes; before <see cref="Solve"/> those in use.</summary>
    public int[] BlockSizes { get; private set; }

    /// <summary>What the block sizes in use waste, in bytes per request.</summary>
    public double WasteBefore { get; }

    /// <summary>What the best ones waste, in bytes per request.</summary>
    public double WasteAfter { get; private set; }

    public void Solve(int classes, int alignment, int largest)
    {
        BlockSizes = LadderOptimizer.Optimize(_sizes, _requests, _required, classes, alignment, largest);
        WasteAfter = Waste(BlockSizes);
    }

    /// <summary>What any block sizes that end as the others do waste, in bytes per request.</summary>
    public double Waste(int[] blockSizes)
    {
        int block = 0;
        long all = 0;
        long waste = 0;
        for (int i = 0; i < _sizes.Length; i++)
        {
            while (blockSizes[block] < _sizes[i])
            {
                block++;
            }

            all += _requests[i];
            waste += (blockSizes[block] - _sizes[i]) * _requests[i];
        }

        return (double)waste / all;
    }
}
