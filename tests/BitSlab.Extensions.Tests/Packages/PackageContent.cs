using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace BitSlab.Extensions.Tests.Packages;

/// <summary>What is wrong with a package.</summary>
internal static class PackageContent
{
    // Of Portable PDBs, by their specification in dotnet/runtime.
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    /// <summary>Content, description, and what the package depends on.</summary>
    /// <param name="package">The package.</param>
    /// <param name="id">Its name.</param>
    /// <param name="folder">The folder in it that has the assembly and its documentation.</param>
    /// <param name="dependencies">The packages that it should depend on, in order; those of BitSlab in its own version.</param>
    /// <param name="frameworks">The shared frameworks that it should need.</param>
    public static IEnumerable<string> FaultsOf(
        ZipArchive package, string id, string folder, IReadOnlyList<string> dependencies, IReadOnlyList<string> frameworks)
    {
        foreach (string wanted in (string[])["README.md", "icon.png", $"{folder}/{id}.dll", $"{folder}/{id}.xml"])
        {
            if (package.GetEntry(wanted) is null)
            {
                yield return $"{id}: no {wanted}";
            }
        }

        XElement metadata = Metadata(package, id);
        (string, string)[] given = [("license", "MIT"), ("readme", "README.md"), ("icon", "icon.png"), ("id", id)];
        foreach ((string name, string value) in given)
        {
            if (Text(metadata, name) != value)
            {
                yield return $"{id}: {name} is '{Text(metadata, name)}', not '{value}'";
            }
        }

        foreach (string name in (string[])["version", "authors", "description", "tags", "copyright"])
        {
            if (Text(metadata, name).Length == 0)
            {
                yield return $"{id}: no {name}";
            }
        }

        (string Id, string Version)[] needed = [.. Named(metadata, "dependency")
            .Select(one => (one.Attribute("id")!.Value, one.Attribute("version")!.Value))];
        string[] references = [.. needed.Select(one => one.Id).Order(StringComparer.Ordinal)];
        if (!references.SequenceEqual(dependencies))
        {
            yield return $"{id}: depends on {string.Join(", ", references)}";
        }

        string version = Text(metadata, "version");
        foreach ((string other, string its) in needed)
        {
            if (other.StartsWith("BitSlab", StringComparison.Ordinal) && its != version)
            {
                yield return $"{id}: is {version} and depends on {other} {its}";
            }
        }

        string[] shared = [.. Named(metadata, "frameworkReference").Select(one => one.Attribute("name")!.Value)];
        if (!shared.SequenceEqual(frameworks))
        {
            yield return $"{id}: needs the frameworks {string.Join(", ", shared)}";
        }

        if (package.GetEntry($"{folder}/{id}.dll") is ZipArchiveEntry library && !IsDeterministic(Read(library)))
        {
            yield return $"{id}: not built deterministically";
        }
    }

    /// <summary>A package of symbols: a debugger finds each source in it.</summary>
    public static IEnumerable<string> SymbolFaultsOf(ZipArchive package, string id, string folder)
    {
        if (package.GetEntry($"{folder}/{id}.pdb") is not ZipArchiveEntry symbols)
        {
            yield return $"{id}: no {folder}/{id}.pdb";
            yield break;
        }

        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(Read(symbols));
        MetadataReader reader = provider.GetMetadataReader();
        foreach (DocumentHandle handle in reader.Documents)
        {
            IEnumerable<Guid> kinds = reader.GetCustomDebugInformation(handle)
                .Select(one => reader.GetGuid(reader.GetCustomDebugInformation(one).Kind));
            if (!kinds.Contains(s_embeddedSource))
            {
                yield return $"{id}: no source of {reader.GetString(reader.GetDocument(handle).Name)}";
            }
        }

        if (reader.Documents.Count == 0)
        {
            yield return $"{id}: no sources";
        }
    }

    private static XElement Metadata(ZipArchive package, string id)
    {
        using Stream stream = package.GetEntry(id + ".nuspec")!.Open();
        return Named(XDocument.Load(stream).Root!, "metadata").Single();
    }

    // The namespace says which version of the schema it is, which does not matter here.
    private static IEnumerable<XElement> Named(XElement root, string name) => root.Descendants().Where(one => one.Name.LocalName == name);

    private static string Text(XElement metadata, string name) => Named(metadata, name).FirstOrDefault()?.Value ?? string.Empty;

    private static bool IsDeterministic(MemoryStream library)
    {
        using PEReader reader = new(library);
        return reader.ReadDebugDirectory().Any(entry => entry.Type == DebugDirectoryEntryType.Reproducible);
    }

    private static MemoryStream Read(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        MemoryStream content = new();
        stream.CopyTo(content);
        content.Position = 0;
        return content;
    }
}
