using System;
using System.Runtime.InteropServices;
using BitSlab.Benchmarks.Peers;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

public sealed class PeerTests
{
    [Fact]
    public void A_missing_library_is_told_in_one_line()
    {
        Assert.False(new PeerLibrary("ghost", "libghost.so.1", "libghost.so").TryLoad(out _, out string reason));
        Assert.StartsWith("libghost.so.1: ", reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
    }

    [Theory]
    [InlineData("libm.so.6")] // the loader finds malloc in what it depends on
    [InlineData("libc.so.6")]
    public void The_C_library_s_malloc_is_nobody_s_own(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeLibrary.TryLoad(file, out _), $"{file} is not there");

        Assert.False(new PeerLibrary("other", file).TryLoad(out _, out string reason));
        Assert.Equal($"{file} exports no malloc, free, calloc, realloc and memalign of its own", reason);
    }
}
