using System;
using System.IO;
using BitSlab.Benchmarks.Reporting;

namespace BitSlab.Tests.Benchmarks;

/// <summary>A run's folder with figures that one can reckon with in the head; gone after the test.</summary>
internal sealed class RunFolder : IDisposable
{
    // Medians: handle 4, NativeMemory 8, alpha 2, beta 6. In random/10k alpha is left out.
    public const string Results = """
        workload,contender,metric,round,value
        pair/64,bitslab,ns/op,0,5
        pair/64,bitslab,ns/op,1,3
        pair/64,bitslab,ns/op,2,4
        pair/64,bitslab-handle,ns/op,0,4
        pair/64,bitslab-handle,ns/op,1,4
        pair/64,nativememory,ns/op,0,6
        pair/64,nativememory,ns/op,1,10
        pair/64,alpha,ns/op,0,2
        pair/64,beta,ns/op,0,6
        trace/one,bitslab,ns/op,0,1
        trace/one,nativememory,ns/op,0,2
        trace/one,beta,ns/op,0,1
        trace/two,bitslab,ns/op,0,1
        trace/two,nativememory,ns/op,0,8
        trace/two,beta,ns/op,0,4
        latency/steady-100k,bitslab,p99.99,0,300
        latency/steady-100k,bitslab,p99.99,1,100
        latency/steady-100k,nativememory,p99.99,0,90
        latency/steady-100k,nativememory,p99.99,1,900
        scaling/compute-1,compute,ns/op,0,10
        scaling/compute-2,compute,ns/op,0,12.5
        scaling/private-1,bitslab,ns/op,0,8
        scaling/private-2,bitslab,ns/op,0,10

        """;

    public const string Latency = """
        workload,contender,round,percentile,ns
        latency/steady-100k,bitslab,0,0,20
        latency/steady-100k,bitslab,0,90,30
        latency/steady-100k,bitslab,0,99.99,300
        latency/steady-100k,bitslab,0,100,5000

        """;

    public const string Environment = """
        key,value
        cpu,"One, of two"
        skipped:gamma,not installed

        """;

    public RunFolder(string results = Results, string latency = Latency)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, "results.csv"), results);
        File.WriteAllText(System.IO.Path.Combine(Path, "latency.csv"), latency);
        File.WriteAllText(System.IO.Path.Combine(Path, "environment.csv"), Environment);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("bitslab-").FullName;

    public Measurements Measure() => new(RunFiles.Read(Path).Figures);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
