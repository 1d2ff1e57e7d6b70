using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Traces;

/// <summary>The project's own traces, verified on every path of the allocator.</summary>
public sealed class RealTraceTests
{
    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            TheoryData<string, string, bool> cases = [];
            foreach (string trace in (string[])["mosquitto", "sqlite", "libzmq-paced", "beanstalkd"])
            {
                foreach (string path in (string[])["static", "instance", "handle", "classic"])
                {
                    cases.Add(trace, path, false);
                    cases.Add(trace, path, true);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_trace_is_verified(string name, string path, bool threads)
    {
        Trace trace = TraceFiles.Read(name);
        Contender contender = ContenderOf(path);

        if (threads)
        {
            ThreadedVerifyingReplay.Run(trace, contender, advanced: null);
        }
        else
        {
            VerifyingReplay.Run(trace, contender, advanced: null);
        }
    }

    [Fact]
    public void The_check_itself_passes_with_malloc()
    {
        Trace trace = TraceFiles.Read("libzmq-paced");
        Contender malloc = new Contender<NativeMemoryContender>("malloc");

        VerifyingReplay.Run(trace, malloc, advanced: null);
        ThreadedVerifyingReplay.Run(trace, malloc, advanced: null);
    }

    internal static Contender ContenderOf(string path)
    {
        SlabAllocatorOptions options = path == "classic" ? SlabAllocatorOptions.Classic : SlabAllocatorOptions.Default;
        return ContenderCatalog.For(options).Find(path switch
        {
            "instance" => "bitslab-instance",
            "handle" => "bitslab-handle",
            _ => "bitslab",
        })!;
    }
}
