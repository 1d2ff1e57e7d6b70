using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Benchmarks.Workloads;
using BitSlab.Cli.Measuring;
using BitSlab.Tests.Traces;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Benchmarks;

/// <summary>What each workload asks of its contender.</summary>
public sealed class WorkloadTests
{
    private static readonly Effort s_effort = new(Quick: true, Rounds: 1);

    // A million live blocks take a second, and do what ten thousand do.
    private static readonly IReadOnlyList<Workload> s_workloads =
        [.. WorkloadCatalog.Select(s_effort, [TraceFiles.Read("libzmq-paced")], []).Where(workload => workload.Id != "random/1M")];

    [Fact]
    public void All_workloads_free_what_they_allocate()
    {
        NativeSubject subject = new(new Contender<Counting>("counting"));
        foreach (Workload workload in s_workloads)
        {
            long before = Counting.Allocated;
            foreach ((string contender, ITimedWork work) in workload.CreateAll([subject]))
            {
                Assert.True(work.Round() > TimeSpan.Zero);
                work.Dispose();
                Assert.True(contender == "compute" || Counting.Allocated > before, $"{workload.Id} allocated nothing");
            }

            Assert.True(Counting.Allocated == Counting.Freed, $"{workload.Id}: {Counting.Allocated} allocated, {Counting.Freed} freed");
        }
    }

    [Fact]
    public void Arrays_take_part_where_blocks_have_no_address()
    {
        ManagedSubject<GcSource> subject = new("gc");
        string[] families = ["pair", "batch-fifo", "batch-lifo", "batch-random", "random/10k", "queue", "steady/1k", "steady/10k", "steady/100k", "ring", "larson", "latency"];

        foreach (Workload workload in s_workloads.Where(workload => !workload.Id.StartsWith("scaling/", StringComparison.Ordinal)))
        {
            (string Contender, ITimedWork Work)[] works = [.. workload.CreateAll([subject])];
            Assert.Equal(families.Contains(workload.Family) ? 1 : 0, works.Length);
            foreach ((_, ITimedWork work) in works)
            {
                work.Round();
                work.Dispose();
            }
        }
    }

    [Theory]
    [InlineData("pair/64")]
    [InlineData("batch-random/64")]
    [InlineData("random/10k")]
    [InlineData("queue/untouched")]
    [InlineData("steady/1k")]
    [InlineData("ring/1k-1x1")]
    [InlineData("ring/1k-2x2")]
    [InlineData("free-batch/single")]
    [InlineData("larson/1")]
    [InlineData("scaling/private-2")]
    [InlineData("latency/steady-100k")]
    public void Null_is_seen(string workload) => AssertFault<GivesNull>(workload, "a block was null");

    [Theory]
    [InlineData("zeroed/64")]
    [InlineData("zeroed/65536")]
    public void Dirty_blocks_are_seen(string workload) => AssertFault<NotZeroed>(workload, "a block was not zeroed");

    [Theory]
    [InlineData("aligned/64-64")]
    [InlineData("aligned/100-256")]
    public void Misaligned_blocks_are_seen(string workload) => AssertFault<Unaligned>(workload, "a block was not aligned");

    [Theory]
    [InlineData("realloc/growth")]
    [InlineData("realloc/append")]
    public void Lost_content_is_seen(string workload) => AssertFault<LosesContents>(workload, "a block lost its content");

    [Theory]
    [InlineData("ring/1k-1x1")]
    [InlineData("ring/1k-2x2")]
    public void A_failure_on_one_side_of_a_ring_ends_the_other(string workload) => AssertFault<RefusesFrees, InvalidBlockException>(workload, "no block");

    private static void AssertFault<TFault>(string id, string message)
        where TFault : IFault => AssertFault<TFault, VerificationException>(id, message);

    private static void AssertFault<TFault, TException>(string id, string message)
        where TFault : IFault
        where TException : Exception
    {
        NativeSubject subject = new(new Contender<Broken<TFault>>("broken"));
        TException failure = Assert.Throws<TException>(() =>
        {
            foreach ((_, ITimedWork work) in s_workloads.Single(workload => workload.Id == id).CreateAll([subject]))
            {
                using (work)
                {
                    work.Round();
                }
            }
        });
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    private readonly unsafe struct Unaligned : IFault
    {
        public static void* AlignedAlloc(nuint size, nuint alignment) => NativeMemory.Alloc(size);
    }

    /// <summary>NativeMemory, and how many blocks it has given and got back.</summary>
    private readonly unsafe struct Counting : IContender<Counting>
    {
        private static long s_allocated;
        private static long s_freed;

        public static long Allocated => Interlocked.Read(ref s_allocated);

        public static long Freed => Interlocked.Read(ref s_freed);

        public static Counting Open(SlabAllocator? allocator) => default;

        public void* Alloc(nuint size) => Count(ref s_allocated, NativeMemory.Alloc(size));

        public void* AllocZeroed(nuint size) => Count(ref s_allocated, NativeMemory.AllocZeroed(size));

        public void* AlignedAlloc(nuint size, nuint alignment) => Count(ref s_allocated, NativeMemory.AlignedAlloc(size, alignment));

        public void* Realloc(void* block, nuint size) =>
            block is null ? Alloc(size) : NativeMemory.Realloc(block, size);

        public void* AlignedRealloc(void* block, nuint size, nuint alignment) =>
            block is null ? AlignedAlloc(size, alignment) : NativeMemory.AlignedRealloc(block, size, alignment);

        public void Free(void* block) => NativeMemory.Free(block is null ? null : Count(ref s_freed, block));

        public void AlignedFree(void* block) => NativeMemory.AlignedFree(block is null ? null : Count(ref s_freed, block));

        private static void* Count(ref long count, void* block)
        {
            Interlocked.Increment(ref count);
            return block;
        }
    }
}
