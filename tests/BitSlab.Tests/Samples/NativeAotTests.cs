using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Samples;

/// <summary>The sample under the JIT; <c>scripts/native-aot.sh</c> makes native code of it and compares what it prints.</summary>
public sealed class NativeAotTests
{
    [Fact]
    public void All_parts_of_the_library_do_their_work()
    {
        (int exitCode, string output, string error) = ChildProgram.StartOther("NativeAot", addressSpaceKiB: 0);

        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Equal(
            """
            {"events":100000,"sum":1249950000}
            rented: 1100 of 1152, sum 7700
            use after disposal: ObjectDisposedException
            beyond the limit: SlabMemoryLimitException
            live blocks: 0

            """,
            output);
    }
}
