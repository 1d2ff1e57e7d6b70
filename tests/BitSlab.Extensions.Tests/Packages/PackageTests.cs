using System;
using System.IO;
using System.IO.Compression;
using Xunit;

namespace BitSlab.Extensions.Tests.Packages;

/// <summary>The packages as a user gets them.</summary>
public sealed class PackageTests(PackageFolder packages) : IClassFixture<PackageFolder>
{
    private const string DependencyInjection = "BitSlab.Extensions.DependencyInjection";
    private const string AspNetCore = "BitSlab.AspNetCore";

    public static TheoryData<string, string[], string[]> Libraries { get; } = new()
    {
        { "BitSlab", [], [] },
        {
            DependencyInjection,
            [
                "BitSlab", "Microsoft.Extensions.Configuration.Binder", "Microsoft.Extensions.DependencyInjection.Abstractions",
                "Microsoft.Extensions.Options.ConfigurationExtensions",
            ],
            []
        },
        { AspNetCore, [DependencyInjection], ["Microsoft.AspNetCore.App"] },
    };

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Libraries_have_all_that_packages_should_and_depend_on_what_they_need(string id, string[] dependencies, string[] frameworks)
    {
        RequireRelease();
        using ZipArchive package = ZipFile.OpenRead(packages.Find(id, "nupkg"));
        using ZipArchive symbols = ZipFile.OpenRead(packages.Find(id, "snupkg"));

        Assert.Empty(PackageContent.FaultsOf(package, id, dependencies, frameworks));
        Assert.Empty(PackageContent.SymbolFaultsOf(symbols, id));
    }

    /// <summary>A control: what is taken out is missed.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("icon.png")]
    [InlineData("lib/net10.0/BitSlab.dll")]
    [InlineData("lib/net10.0/BitSlab.xml")]
    public void What_is_missing_is_told(string entry)
    {
        RequireRelease();
        using MemoryStream copy = new(File.ReadAllBytes(packages.Find("BitSlab", "nupkg")));
        using MemoryStream less = new();
        copy.CopyTo(less);
        using ZipArchive package = new(less, ZipArchiveMode.Update);
        package.GetEntry(entry)!.Delete();

        Assert.Equal([$"BitSlab: no {entry}"], PackageContent.FaultsOf(package, "BitSlab", [], []));
        Assert.Equal(
            [$"BitSlab: no {entry}", "BitSlab: depends on ", "BitSlab: needs the frameworks "],
            PackageContent.FaultsOf(package, "BitSlab", ["Another"], ["Another"]));
        Assert.Equal(["BitSlab: no lib/net10.0/BitSlab.pdb"], PackageContent.SymbolFaultsOf(package, "BitSlab"));
    }

    [Fact]
    public void The_command_can_be_installed_and_runs()
    {
        RequireRelease();
        string tools = Path.Combine(packages.Location, "tools");
        string version = Path.GetFileNameWithoutExtension(packages.Find("BitSlab.Cli", "nupkg"))["BitSlab.Cli.".Length..];

        // No other source is asked: the command brings what it needs.
        string configuration = Path.Combine(packages.Location, "nuget.config");
        File.WriteAllText(configuration, $"""
            <configuration>
              <packageSources><clear /><add key="here" value="{packages.Location}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(packages.Location, "restored")}" /></config>
            </configuration>
            """);
        PackageFolder.Dotnet("tool", "install", "BitSlab.Cli", "--version", version, "--tool-path", tools, "--configfile", configuration);

        Assert.StartsWith("Description:", PackageFolder.Run(Path.Combine(tools, "bitslab"), "--help"), StringComparison.Ordinal);
    }

    private static void RequireRelease() => Assert.SkipUnless(PackageFolder.IsRelease, "Packages are made of Release.");
}
