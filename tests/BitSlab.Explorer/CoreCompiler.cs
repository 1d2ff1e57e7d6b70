using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using BitSlab.Explorer.Engine;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BitSlab.Explorer;

/// <summary>
/// Compiles the core's own source files, but for class Atomic, together with the explorer's Atomic and the scenarios, and
/// loads what comes out. A mutation changes the text of one core file first.
/// </summary>
internal static class CoreCompiler
{
#if DEBUG
    private const bool IsDebug = true;
#else
    private const bool IsDebug = false;
#endif

    private static readonly Assembly s_self = typeof(CoreCompiler).Assembly;

    private static readonly CSharpParseOptions s_parseOptions =
        CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp14).WithDocumentationMode(DocumentationMode.None);

    private static readonly CSharpCompilationOptions s_options = new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: IsDebug ? OptimizationLevel.Debug : OptimizationLevel.Release,
        checkOverflow: IsDebug,
        allowUnsafe: true,
        nullableContextOptions: NullableContextOptions.Enable,
        warningLevel: 0,
        concurrentBuild: false);

    private static readonly Lazy<MetadataReference[]> s_references = new(References);
    private static readonly ConcurrentDictionary<string, SyntaxTree> s_trees = new();

    /// <summary>The text of a core file, as the explorer compiles it when nothing is mutated.</summary>
    public static string CoreText(string file) => Adapt(file, Read("Core/" + file));

    /// <summary>A new instance of a scenario, on the core with a mutation or, with null, as it is.</summary>
    public static Scenario Load(string scenario, Mutation? mutation)
    {
        Type type = Compile(mutation).GetType("BitSlab.Explorer.Simulated." + scenario, throwOnError: true)!;
        return (Scenario)Activator.CreateInstance(type)!;
    }

    // An assembly of its own each time: the scenarios keep nothing in statics, but mutated cores must not meet.
    private static Assembly Compile(Mutation? mutation)
    {
        List<SyntaxTree> trees = [];
        foreach (string resource in s_self.GetManifestResourceNames().Where(n => n.EndsWith(".cs", StringComparison.Ordinal)))
        {
            string file = resource[(resource.IndexOf('/', StringComparison.Ordinal) + 1)..];
            bool isCore = resource.StartsWith("Core/", StringComparison.Ordinal);
            trees.Add(
                isCore && mutation?.File == file
                    ? Parse(mutation.Apply(CoreText(file)), resource)
                    : s_trees.GetOrAdd(resource, r => Parse(isCore ? CoreText(file) : Read(r), r)));
        }

        CSharpCompilation compilation = CSharpCompilation.Create("Explored", trees, s_references.Value, s_options);
        using MemoryStream stream = new();
        var result = compilation.Emit(stream);
        if (!result.Success)
        {
            throw new InvalidOperationException(
                (mutation?.Name ?? "the core") + " does not compile: "
                + string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        }

        stream.Position = 0;
        return new AssemblyLoadContext(mutation?.Name ?? "core").LoadFromStream(stream);
    }

    // The one change to the core as it is: a thread that looked at a lock in vain says so at once. The scheduler lets it go on
    // when the lock was written; without this it would have to try 64 looks in vain, at each of which another could run.
    private static string Adapt(string file, string text) =>
        file is "CoreLock.cs" or "SideLock.cs" ? Mutation.ReplaceOnce(text, "LooksBeforeYield = 64;", "LooksBeforeYield = 1;") : text;

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, s_parseOptions, path);

    private static string Read(string resource)
    {
        using StreamReader reader = new(s_self.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private static MetadataReference[] References()
    {
        string[] wanted =
        [
            "System.Runtime", "System.Private.CoreLib", "System.Collections", "System.Runtime.InteropServices",
            "System.Threading", "System.Memory", "System.Linq",
        ];
        string all = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return
        [
            .. all.Split(Path.PathSeparator)
                .Where(p => wanted.Contains(Path.GetFileNameWithoutExtension(p)))
                .Select(p => MetadataReference.CreateFromFile(p)),
            MetadataReference.CreateFromFile(s_self.Location),
        ];
    }
}
