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
    private const string Folder = "lib/net10.0";

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

        Assert.Empty(PackageContent.FaultsOf(package, id, Folder, dependencies, frameworks));
        Assert.Empty(PackageContent.SymbolFaultsOf(symbols, id, Folder));
    }

    [Fact]
    public void The_command_has_all_that_packages_should_and_depends_on_nothing()
    {
        RequireRelease();
        using ZipArchive package = ZipFile.OpenRead(packages.Find("BitSlab.Cli", "nupkg"));

        Assert.Empty(PackageContent.FaultsOf(package, "BitSlab.Cli", "tools/net10.0/any", [], []));
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

        Assert.Equal([$"BitSlab: no {entry}"], PackageContent.FaultsOf(package, "BitSlab", Folder, [], []));
        Assert.Equal(
            [$"BitSlab: no {entry}", "BitSlab: depends on ", "BitSlab: needs the frameworks "],
            PackageContent.FaultsOf(package, "BitSlab", Folder, ["Another"], ["Another"]));
        Assert.Equal(["BitSlab: no lib/net10.0/BitSlab.pdb"], PackageContent.SymbolFaultsOf(package, "BitSlab", Folder));
    }

    /// <summary>A control: packages of one version go together.</summary>
    [Fact]
    public void Another_version_of_a_dependency_is_told()
    {
        RequireRelease();
        using MemoryStream copy = new();
        copy.Write(File.ReadAllBytes(packages.Find(AspNetCore, "nupkg")));
        using ZipArchive package = new(copy, ZipArchiveMode.Update);
        ZipArchiveEntry description = package.GetEntry(AspNetCore + ".nuspec")!;
        string text;
        using (StreamReader reader = new(description.Open()))
        {
            text = reader.ReadToEnd();
        }

        description.Delete();
        using (StreamWriter writer = new(package.CreateEntry(AspNetCore + ".nuspec").Open()))
        {
            string own = $"version=\"{packages.Version}\"";
            Assert.Contains(own, text, StringComparison.Ordinal);
            writer.Write(text.Replace(own, "version=\"0.0.1\"", StringComparison.Ordinal));
        }

        Assert.Equal(
            [$"{AspNetCore}: is {packages.Version} and depends on {DependencyInjection} 0.0.1"],
            PackageContent.FaultsOf(package, AspNetCore, Folder, [DependencyInjection], ["Microsoft.AspNetCore.App"]));
    }

    [Fact]
    public void The_command_can_be_installed_and_runs()
    {
        RequireRelease();
        string tools = Path.Combine(packages.Location, "tools");

        // No other source is asked: the command brings what it needs.
        string configuration = packages.Configure(Directory.CreateDirectory(tools), cached: false);
        PackageFolder.Dotnet(
            "tool", "install", "BitSlab.Cli", "--version", packages.Version, "--tool-path", tools, "--configfile", configuration);

        Assert.StartsWith("Description:", PackageFolder.Run(Path.Combine(tools, "bitslab"), "--help"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_with_the_packages_compiles_the_examples_and_has_unsafe_code_only_where_it_holds_pointers()
    {
        RequireRelease();
        using ZipArchive package = ZipFile.OpenRead(packages.Find("BitSlab", "nupkg"));
        using StreamReader readme = new(package.GetEntry("README.md")!.Open());
        DirectoryInfo folder = Directory.CreateDirectory(Path.Combine(packages.Location, "readme"));
        packages.Configure(folder, cached: true);
        (string program, int examples) = ReadmeProgram.Write(folder.FullName, readme.ReadToEnd(), packages.Version, "SlabMemoryPool<byte>");
        PackageFolder.Dotnet("build", program, "--disable-build-servers", "-v", "quiet", "-o", Path.Combine(program, "built"));

        Assert.InRange(examples, 7, 100);
        Assert.Matches(@"^(Example\d+\s+)+$", PackageFolder.Dotnet(Path.Combine(program, "built", "Program.dll")));
    }

    private static void RequireRelease() => Assert.SkipUnless(PackageFolder.IsRelease, "Packages are made of Release.");
}
