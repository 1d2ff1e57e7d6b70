using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using Xunit;

namespace BitSlab.Tests.Core;

/// <summary>A file uses only its own layer and those below.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData("Platform", "BitSlab.Core", "BitSlab.Threads")]
    [InlineData("Core", "BitSlab.Threads", "System.Collections", "System.Linq")]
    [InlineData("Threads", "BitSlab.Buffers")]
    public void A_layer_does_not_use_those_above_it(string layer, params string[] forbidden)
    {
        string[] files = Directory.GetFiles(Path.Combine(SourceFolder(), layer), "*.cs");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            string[] uses = [.. File.ReadLines(file).Where(line => line.StartsWith("using ", System.StringComparison.Ordinal))];
            Assert.All(forbidden, name => Assert.DoesNotContain(uses, line => line.Contains(name, System.StringComparison.Ordinal)));
        }
    }

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "src", "BitSlab"));
}
