using System;
using System.IO;
using BitSlab.Benchmarks.Memory;
using BitSlab.Benchmarks.Memory.Reporting;

namespace BitSlab.Tests.Benchmarks;

/// <summary>The memory figures of a run, such that one can reckon with them in the head; gone after the test.</summary>
internal sealed class MemoryFolder : IDisposable
{
    // free-all: 1,000 bytes requested; the most is 1,200; 10 s after the last free 300 are left, then 100.
    // free-random: 100 of 1,000 stay live; returned is (1,100 - 650) / 900.
    public const string Points = """
        phase,contender,ms,bytes
        free-all,bitslab,0,0
        free-all,bitslab,500,1100
        free-all,bitslab,600,1200
        free-all,bitslab,1000,1150
        free-all,bitslab,2500,1000
        free-all,bitslab,10900,300
        free-all,bitslab,11100,100
        free-all,bitslab,12000,100
        free-random,bitslab,0,0
        free-random,bitslab,500,1100
        free-random,bitslab,1000,1100
        free-random,bitslab,9000,650
        free-random,bitslab,11000,650

        """;

    public const string Marks = """
        phase,contender,mark,ms,bytes,live,faults
        free-all,bitslab,begin,0,0,0,0
        free-all,bitslab,full,500,1100,1000,7
        free-all,bitslab,freed,1000,1150,0,8
        free-all,bitslab,end,12000,100,0,9
        free-random,bitslab,begin,0,0,0,0
        free-random,bitslab,full,500,1100,1000,7
        free-random,bitslab,freed,1000,1100,100,8
        free-random,bitslab,end,11000,650,100,9

        """;

    // Over the large ones: BitSlab 2, alpha 4, beta 3. "little" is too small for the mean; there beta is the best peer.
    public const string Traces = """
        trace,contender,round,live,peak,startup
        one,bitslab,1,10000000,10000000,900
        one,alpha,1,10000000,20000000,1
        one,alpha,2,10000000,90000000,1
        one,alpha,3,10000000,10000000,1
        one,beta,1,10000000,90000000,1
        two,bitslab,1,10000000,40000000,800
        two,alpha,1,10000000,80000000,1
        two,beta,1,10000000,10000000,1
        little,bitslab,1,1000,5000,700
        little,alpha,1,1000,9000,1
        little,beta,1,1000,1000,1

        """;

    public const string Costs = """
        workload,contender,round,ns
        steady/1k,give-back,1,11
        steady/1k,kept,1,10
        steady/1k,give-back,2,10.2
        steady/1k,kept,2,10
        steady/1k,give-back,3,9
        steady/1k,kept,3,10

        """;

    private const string Cycles = "contender,cycle,events,ms,faults\n";
    private const string Starts = "setup,round,part,ms,faults,bytes\n";

    private readonly string _figures;

    public MemoryFolder(string points = Points, string marks = Marks, string traces = Traces, string costs = Costs)
    {
        _figures = Directory.CreateDirectory(System.IO.Path.Combine(Path, MemoryReport.FolderName)).FullName;
        Write("resident.csv", points);
        Write("marks.csv", marks);
        Write("cycles.csv", Cycles);
        Write("traces.csv", traces);
        Write("starts.csv", Starts);
        Write("costs.csv", costs);
        Write("environment.csv", RunFolder.Environment + "events,1000000\n");
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("bitslab-").FullName;

    public MemoryMeasurements Measure() => new(MemoryFiles.Read(_figures));

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Write(string file, string text) => File.WriteAllText(System.IO.Path.Combine(_figures, file), text);
}
