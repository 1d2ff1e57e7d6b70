using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Api;

/// <summary>AllocZeroed gives zeros whatever the memory went through.</summary>
public sealed unsafe class ZeroedTests
{
    public static TheoryData<Face> AllFaces => [Face.Static, Face.Instance, Face.Handle];

    [Theory]
    [MemberData(nameof(AllFaces))]
    public void Every_size_is_zero_fresh_and_after_it_was_written_and_freed(Face face)
    {
        using Subject subject = Subject.Of(face);
        IEnumerable<int> sizes = Enumerable.Range(1, 1100).Concat(Enumerable.Range(0, 320).Select(i => 1100 + (i * 99)))
            .Concat([32_767, 32_768, 32_769, 65_536, 65_537, 500_000, 2 << 20, (2 << 20) + 1, 5 << 20]);
        foreach (int size in sizes)
        {
            var blocks = new nint[3];
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < blocks.Length; i++)
                {
                    blocks[i] = i == round ? subject.Alloc((nuint)size) : Zeroed(subject, size);
                    Dirty(blocks[i], size);
                }

                subject.FreeBatch(blocks);
            }
        }
    }

    [Theory]
    [InlineData(Face.Instance, 1)]
    [InlineData(Face.Instance, 2)]
    [InlineData(Face.Handle, 3)]
    [InlineData(Face.Handle, 4)]
    public void Blocks_are_zero_after_purges_trims_ticks_and_resets_in_any_order(Face face, int seed)
    {
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions { IdleGiveBack = false, BlocksPerSlab = seed % 2 == 0 ? 0 : 64 + seed });
        using var other = new Worker();
        var random = new Random(seed);
        int[] classes = [16, 100, 900, 1500, 3000, 9000, 30_000, 70_000, 700_000, 3 << 20];
        List<(nint Address, int Size)> live = [];
        for (int i = 0; i < 30_000; i++)
        {
            int kind = random.Next(1000);
            if (kind < 550)
            {
                // One class for some time, so that slabs fill up; large ones now and then.
                int size = classes[((i / 700) + (random.Next(20) == 0 ? random.Next(4) : 0)) % classes.Length];
                if (size > 50_000 && random.Next(10) != 0)
                {
                    continue;
                }

                nint block = random.Next(3) == 0 ? subject.Alloc((nuint)size) : Zeroed(subject, size);
                Dirty(block, size);
                live.Add((block, size));
            }
            else if (kind < 975)
            {
                Free(random.Next(8) == 0 ? int.Min(live.Count, 40) : int.Min(live.Count, 1), random.Next(2) == 0);
            }
            else if (kind < 985)
            {
                subject.Allocator.Tick();
            }
            else if (kind < 997)
            {
                Free(live.Count / 2, remotely: random.Next(2) == 0);
                subject.Allocator.Trim();
            }
            else if (kind == 997)
            {
                live.Clear();
                subject.Allocator.Reset();
            }
        }

        foreach ((nint address, int size) in live)
        {
            Assert.True(new ReadOnlySpan<byte>((void*)address, size).IndexOfAnyExcept((byte)0xA5) < 0, "A live block was cleared.");
        }

        void Free(int count, bool remotely)
        {
            int from = count < 2 ? random.Next(int.Max(live.Count, 1)) : live.Count - count;
            nint[] blocks = [.. live.Skip(from).Take(count).Select(block => block.Address)];
            live.RemoveRange(from, blocks.Length);
            if (remotely)
            {
                other.Run(() => subject.FreeBatch(blocks));
            }
            else
            {
                Array.ForEach(blocks, subject.Free);
            }
        }
    }

    private static nint Zeroed(Subject subject, int size)
    {
        nint block = subject.AllocZeroed((nuint)size);
        int at = new ReadOnlySpan<byte>((void*)block, size).IndexOfAnyExcept((byte)0);
        Assert.True(at < 0, $"A zeroed block of {size} bytes is not zero at {at}.");
        return block;
    }

    private static void Dirty(nint block, int size) => new Span<byte>((void*)block, size).Fill(0xA5);
}
