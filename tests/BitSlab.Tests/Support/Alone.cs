using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace BitSlab.Tests.Support;

/// <summary>
/// Tests that load all cores or measure memory run one at a time, after the others: they need the machine for themselves.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection")]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
