using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using BitSlab.Core;
using BitSlab.Tests.Core;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Memory;

/// <summary>Memory wanted upfront, and huge pages.</summary>
public sealed unsafe class PrefaultTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4 << 20, 1)]
    [InlineData((4 << 20) + 1, 2)]
    [InlineData(16 << 20, 4)]
    public void What_is_wanted_upfront_is_resident_before_it_is_used_and_while_it_is_idle(int bytes, int chunks)
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { Prefault = bytes, IdleGiveBack = false });
        SlabStatistics atFirst = subject.Allocator.GetStatistics();
        Assert.Equal((chunks, 0), (atFirst.Chunks, atFirst.LiveBlocks));
        Assert.True(atFirst.CommittedBytes >= chunks * 4 * MiB);

        for (int round = 0; round < 3; round++)
        {
            List<nint> blocks = [];
            while (subject.Allocator.GetStatistics().Slabs < chunks * Layout.SlicesPerChunk)
            {
                nint block = subject.Alloc(1024);
                Assert.True(Pages.IsResident(block), "The first touch takes a page fault.");
                blocks.Add(block);
            }

            Assert.Equal(chunks, subject.Allocator.GetStatistics().Chunks);
            subject.FreeBatch([.. blocks]);
            subject.Allocator.Tick();
            subject.Allocator.Tick();
            subject.Allocator.Tick();
            Assert.Equal(chunks, subject.Allocator.GetStatistics().Chunks);
            Assert.All(blocks, block => Assert.True(Pages.IsResident(block), "It was given back while it lay idle."));
        }

        long given = (long)subject.Allocator.Trim();
        Assert.True(given >= chunks * 4 * MiB, $"Trim gave {given} bytes back.");
        Assert.True(subject.Allocator.GetStatistics().CommittedBytes < MiB);
        Whole.Empty(subject.Allocator);
    }

    [Fact]
    public void What_goes_beyond_is_idle_as_any_other()
    {
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { Prefault = 8 * MiB, IdleGiveBack = false });
        for (int round = 0; round < 3; round++)
        {
            subject.FreeBatch([.. Enumerable.Range(0, 40_000).Select(_ => subject.Alloc(1000))]);
        }

        subject.Allocator.Tick();
        subject.Allocator.Tick();
        SlabStatistics idle = subject.Allocator.GetStatistics();
        Assert.InRange(idle.CommittedBytes, 8 * MiB, 9 * MiB);
    }

    [Fact]
    public void More_than_the_limit_is_refused_by_name()
    {
        var options = new SlabAllocatorOptions { Prefault = (16 * MiB) + 1, MemoryLimit = 16 * MiB };
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(() => new SlabAllocator(options).Dispose());
        Assert.Equal(nameof(SlabAllocatorOptions.Prefault), thrown.ParamName);

        // Within it, but for what the descriptors take.
        SlabMemoryLimitException refused =
            Assert.Throws<SlabMemoryLimitException>(() => new SlabAllocator(options with { Prefault = 16 * MiB, Name = "upfront" }).Dispose());
        Assert.Equal(16 * MiB, refused.Limit);
        Assert.Contains("upfront", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_system_refuses_nothing_is_kept()
    {
        for (int refused = 1; refused <= 6; refused++)
        {
            using CoreFixture core = new();
            long atFirst = core.Allocator->Committed;
            TestOs.RefuseOnly(refused);
            AllocStatus status = Chunks.Prefault(core.Allocator, 12 * MiB);
            int calls = TestOs.Calls;
            TestOs.RefuseOnly(0);
            Assert.Equal(AllocStatus.OutOfMemory, status);
            Assert.True(calls >= refused);
            Maintenance.Trim(core.Allocator, CoreFixture.Token);
            Assert.Equal(atFirst, core.Allocator->Committed);
            Assert.Equal(0, core.Allocator->ChunkCount);
        }
    }

    [Fact]
    public void More_than_the_machine_has_is_refused_before_any_of_it_is_taken()
    {
        // In a process that could not take much if it tried.
        IReadOnlyDictionary<string, long> figures = ChildProgram.RunWithin(2 << 20, "prefault");
        Assert.Equal(1, figures["refused"]);
        Assert.True(figures["growth"] < 16 * MiB, $"Resident memory grew by {figures["growth"]} bytes.");
    }

    [Theory]
    [InlineData(HugePages.Hint, true)]
    [InlineData(HugePages.Off, false)]
    [InlineData(HugePages.Automatic, false)]
    public void Huge_pages_are_asked_for_where_they_are_wanted(HugePages wanted, bool expected)
    {
        Needs.Linux("What is asked for can be seen");
        Assert.SkipUnless(File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"), "This system has no huge pages.");
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { HugePages = wanted, IdleGiveBack = false });
        nint block = subject.Alloc(1000);
        Assert.Equal(expected, FlagsOf(block).Contains("hg"));

        // Once pages of the chunk went alone they stay away.
        List<nint> blocks = [.. Enumerable.Range(0, 2000).Select(_ => subject.Alloc(1000))];
        subject.FreeBatch([.. blocks.Where((_, i) => i % 20 != 0)]);
        subject.Allocator.Trim();
        Assert.DoesNotContain("hg", FlagsOf(block));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Much_that_lives_asks_for_huge_pages_by_itself_if_it_is_used(bool used)
    {
        Needs.Linux("What is asked for can be seen");
        Assert.SkipUnless(File.Exists("/sys/kernel/mm/transparent_hugepage/enabled"), "This system has no huge pages.");
        using Subject subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { IdleGiveBack = false });
        nint first = subject.Alloc(1 << 20);
        nint last = 0;
        for (int i = 0; i < 44; i++)
        {
            last = subject.Alloc(1 << 20);
            new Span<byte>((void*)last, used ? 1 << 20 : 1 << 18).Fill(1);
        }

        Assert.DoesNotContain("hg", FlagsOf(first));
        Assert.Equal(used, FlagsOf(last).Contains("hg"));
    }

    // The flags of the mapping that an address stands in, as the kernel lists them.
    private static string[] FlagsOf(nint address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] range = parts[0].Split('-');
            if (range.Length == 2 && long.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long from)
                && long.TryParse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long to))
            {
                inside = address >= from && address < to;
            }
            else if (inside && parts[0] == "VmFlags:")
            {
                return parts;
            }
        }

        throw new InvalidOperationException("The address is in no mapping.");
    }
}
