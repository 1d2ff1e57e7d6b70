using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace BitSlab.Extensions.Tests.Packages;

/// <summary>The examples of a README as a user's program: what has pointers in a library, the rest without unsafe code.</summary>
internal static partial class ReadmeProgram
{
    private const string Program = "Program";
    private const string Pointers = "Pointers";

    // What the examples name and do not declare.
    private const string Surroundings = """
        static partial class Examples
        {
            static readonly ReadOnlyMemory<byte> message = new byte[100];
            static readonly WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            static void Process(ReadOnlySpan<byte> content) => Console.WriteLine(content.Length);
        }
        """;

    private static readonly string[] s_namespaces =
    [
        "BitSlab", "BitSlab.AspNetCore", "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection", "System.Buffers",
        "System.Text.Json",
    ];

    /// <summary>Writes the program, which when it starts runs the examples that have the text <paramref name="started"/>.</summary>
    /// <returns>The program's folder, and how many examples there are.</returns>
    public static (string Folder, int Examples) Write(string folder, string readme, string version, string started)
    {
        string[] examples = [.. Example().Matches(readme).Select(match => match.Groups[1].Value)];
        StringBuilder main = new();
        foreach ((int index, string example) in examples.Index())
        {
            bool hasPointers = Pointer().IsMatch(example);
            string name = string.Create(CultureInfo.InvariantCulture, $"Example{index}");
            WriteFile(Path.Combine(folder, hasPointers ? Pointers : Program, name + ".cs"), Source(example, name, hasPointers));
            if (example.Contains(started, StringComparison.Ordinal))
            {
                main.AppendLine(CultureInfo.InvariantCulture, $"await Examples.{name}(); Console.WriteLine(\"{name}\");");
            }
        }

        WriteFile(Path.Combine(folder, Program, "Main.cs"), main.ToString());
        WriteFile(Path.Combine(folder, Program, "Surroundings.cs"), Surroundings);
        string reference = """<ProjectReference Include="../Pointers/Pointers.csproj" />""";
        WriteFile(Path.Combine(folder, Program, Program + ".csproj"), Project(version, "Exe", reference));
        WriteFile(Path.Combine(folder, Pointers, Pointers + ".csproj"), Project(version, "Library", string.Empty));
        return (Path.Combine(folder, Program), examples.Length);
    }

    private static string Source(string example, string name, bool hasPointers)
    {
        IEnumerable<string> lines = example.Split('\n');
        return $$"""
            {{string.Join('\n', lines.Where(line => Directive().IsMatch(line)))}}
            static partial class Examples
            {
                public static {{(hasPointers ? "unsafe void" : "async Task")}} {{name}}()
                {
            {{string.Join('\n', lines.Where(line => !Directive().IsMatch(line)))}}
            {{(hasPointers ? string.Empty : "await Task.CompletedTask;")}}
                }
            }
            """;
    }

    private static string Project(string version, string output, string reference) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>{output}</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <AllowUnsafeBlocks>{output == "Library"}</AllowUnsafeBlocks>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="BitSlab" Version="{version}" />
            <PackageReference Include="BitSlab.AspNetCore" Version="{version}" />
            {reference}
            {string.Concat(s_namespaces.Select(name => $"<Using Include=\"{name}\" />"))}
          </ItemGroup>
        </Project>
        """;

    private static void WriteFile(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    [GeneratedRegex(@"^ *```csharp\n(.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"\b(void|byte)\*")]
    private static partial Regex Pointer();

    [GeneratedRegex(@"^using [\w.]+( = [\w.]+)?;")]
    private static partial Regex Directive();
}
