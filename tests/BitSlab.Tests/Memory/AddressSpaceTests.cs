using System.Collections.Generic;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>
/// Processes whose address space is limited (<c>ulimit -v</c>), as by some hosts and containers: a smaller reservation is taken;
/// when it is used up, that is an exception like any other.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class AddressSpaceTests
{
    private const long MiB = 1 << 20;

    /// <summary>Address space in MiB, block size in bytes: slab blocks, sliced blocks, blocks from the operating system.</summary>
    public static TheoryData<int, int> Cases => new()
    {
        { 2048, 1024 }, { 2048, 32_768 }, { 2048, 300_000 }, { 2048, 8 << 20 }, { 6144, 32_768 }, { 1536, 32_768 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void When_address_space_ends_there_is_an_exception_and_all_goes_on(int addressSpaceMiB, int blockBytes)
    {
        IReadOnlyDictionary<string, long> figures = ChildProgram.RunWithin(addressSpaceMiB * 1024L, "shortage", Number(blockBytes));
        Assert.True(figures["bytes"] >= 60 * MiB, $"Only {figures["bytes"]} bytes could be had of {addressSpaceMiB} MiB.");
        Assert.True(figures["bytes"] < addressSpaceMiB * MiB, "The limit was not in force.");

        // After half was freed as much can be had again, but for what the runtime took of the space meanwhile.
        Assert.True(figures["again"] >= figures["bytes"] / 10 * 9, $"First {figures["bytes"]} bytes, then {figures["again"]}.");
        Assert.True(figures["reserved"] < 64 * MiB, $"Nothing lives, yet {figures["reserved"]} bytes of address space are held.");
    }

    [Fact]
    public void Where_nothing_can_be_reserved_the_first_use_says_so()
    {
        Needs.Linux("A limit that a process sets itself");
        // Less than the smallest reservation, 64 MiB; plenty for what the runtime needs meanwhile.
        Assert.Equal(1, ChildProgram.Run("no-space", Number(32 << 20))["refused"]);
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
