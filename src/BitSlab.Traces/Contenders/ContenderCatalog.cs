using System;
using System.Collections.Generic;
using System.Linq;

namespace BitSlab.Traces;

/// <summary>The contenders of a preset. The first is BitSlab as its users call it, the one that others are compared with.</summary>
internal sealed class ContenderCatalog(IReadOnlyList<Contender> contenders)
{
    public const string NativeMemoryName = "nativememory";

    public Contender BitSlab => contenders[0];

    public IEnumerable<string> Names => contenders.Select(contender => contender.Name);

    /// <summary>
    /// With the default options BitSlab is the static path, as in most programs; with others it can only be an instance.
    /// </summary>
    public static ContenderCatalog For(SlabAllocatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ContenderCatalog(
        [
            options == SlabAllocatorOptions.Default
                ? new Contender<SlabMemoryContender>("bitslab")
                : new Contender<SlabAllocatorContender>("bitslab", options),
            new Contender<NativeMemoryContender>(NativeMemoryName),
            new Contender<SlabAllocatorContender>("bitslab-instance", options),
            new Contender<SlabThreadHeapContender>("bitslab-handle", options),
        ]);
    }

    public Contender? Find(string name) =>
        contenders.FirstOrDefault(contender => string.Equals(contender.Name, name, StringComparison.Ordinal));
}
