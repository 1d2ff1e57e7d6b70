using System.IO;
using System.Linq;
using BitSlab.Tests.Traces;
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
        string[] files = Directory.GetFiles(Path.Combine(TraceFiles.Root(), "src", "BitSlab", layer), "*.cs");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            string[] uses = [.. File.ReadLines(file).Where(line => line.StartsWith("using ", System.StringComparison.Ordinal))];
            Assert.All(forbidden, name => Assert.DoesNotContain(uses, line => line.Contains(name, System.StringComparison.Ordinal)));
        }
    }
}
