using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Misuse;

/// <summary>Frees every 16-aligned address of a slab: only the true starts of live blocks are taken, each once.</summary>
public sealed class SlabScanTests
{
    private const int Slice = 65_536;

    public static TheoryData<int, int> OptionSets => new()
    {
        { 16, 0 }, { 16, 64 }, { 16, 1000 }, { 16, 4096 }, { 256, 0 }, { 256, 1024 },
    };

    [Theory]
    [MemberData(nameof(OptionSets))]
    public void In_a_slab_of_every_class_a_batch_frees_exactly_the_live_blocks(int granularity, int blocksPerSlab)
    {
        var options = new SlabAllocatorOptions { ClassGranularity = granularity, BlocksPerSlab = blocksPerSlab };
        nuint size = 1;
        int classes = 0;
        while (size <= 32_768)
        {
            using Subject subject = Subject.Of(Face.Instance, options);
            Scan scan = new(subject, size);
            nint[] addresses = [.. scan.Addresses(), scan.Next + 4]; // where blocks of 16 fill the slab, all but the last are good
            int good = scan.Full.Count;
            bool remote = classes % 3 == 2;
            InvalidBlockException? thrown = null;
            Run(remote, () => thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(addresses)));
            Assert.Equal(addresses.Length - good, thrown!.RefusedCount);
            Assert.Equal(Array.FindIndex(addresses, a => !scan.Full.Contains(a)), thrown.BatchIndex);
            Whole.Holds(subject.Allocator, 1, (long)scan.Usable); // the one in the next slab
            Run(remote, () => thrown = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(addresses)));
            Assert.Equal((addresses.Length, 0), (thrown.RefusedCount, thrown.BatchIndex));
            subject.Free(scan.Next);
            Whole.Empty(subject.Allocator);
            size = scan.Usable + 1;
            classes++;
        }

        Assert.True(classes >= 20, "The test means to run through the classes.");
    }

    [Theory]
    [InlineData(16, false)]
    [InlineData(16, true)]
    [InlineData(48, false)]
    [InlineData(112, true)]
    [InlineData(1008, false)]
    [InlineData(1024, true)]
    [InlineData(1152, false)]
    [InlineData(5120, true)]
    [InlineData(32_768, false)]
    public void One_by_one_each_address_gives_its_own_kind(int size, bool remote)
    {
        using Subject subject = Subject.Of(Face.Instance);
        Scan scan = new(subject, (nuint)size);
        foreach (nint block in scan.Full)
        {
            Pattern.Fill(block, scan.Usable, Pattern.SeedOf(block));
        }

        // The first slice and the last: block starts, insides, and what is left over past the last block.
        nint[] all = scan.Addresses();
        nint[] addresses = [.. all.Take(Slice / 16), .. all.TakeLast(Slice / 16)];
        Run(remote, () =>
        {
            foreach (nint address in addresses.Distinct())
            {
                if (!scan.Full.Contains(address))
                {
                    InvalidBlockException thrown = Refused.AsAny(address, () => subject.Free(address));
                    if (scan.IsInside(address) || scan.IsPastTheEnd(address))
                    {
                        Assert.Equal(InvalidBlockKind.InteriorPointer, thrown.Kind);
                    }
                }

                Refused.AsAny(address + 1, () => subject.Free(address + 1));
            }
        });
        foreach (nint block in scan.Full)
        {
            Pattern.Verify(block, scan.Usable, Pattern.SeedOf(block));
        }

        // Now the true starts, every other first; each is taken once.
        int position = 0;
        foreach (nint block in scan.Full.OrderBy(a => (a / 16) % 2).ToArray())
        {
            Run(remote && position++ < 100, () => subject.Free(block));
        }

        subject.Free(scan.Next);
        Whole.Empty(subject.Allocator);
    }

    private static void Run(bool remote, Action step)
    {
        if (remote)
        {
            Worker.RunOnce(step);
        }
        else
        {
            step();
        }
    }

    /// <summary>A class whose first slab is full and whose second holds one block.</summary>
    private sealed class Scan
    {
        private readonly nint[] _sorted;

        public Scan(Subject subject, nuint size)
        {
            nint first = subject.Alloc(size);
            Usable = subject.GetUsableSize(first);
            SizeClassStatistics sizeClass = Assert.Single(subject.Allocator.GetStatistics().SizeClasses);
            Assert.Equal((nuint)sizeClass.BlockSize, Usable);
            Full.Add(first);
            while (Full.Count < sizeClass.Capacity)
            {
                Assert.True(Full.Add(subject.Alloc(size)), "An address was handed out twice.");
            }

            Assert.Equal(1, Assert.Single(subject.Allocator.GetStatistics().SizeClasses).Slabs);
            Next = subject.Alloc(size);
            Assert.Equal(2, Assert.Single(subject.Allocator.GetStatistics().SizeClasses).Slabs);
            _sorted = [.. Full.Order()];
        }

        public HashSet<nint> Full { get; } = [];

        public nint Next { get; }

        public nuint Usable { get; }

        private nint Begin => _sorted[0] & -Slice;

        private nint LastByte => _sorted[^1] + (nint)Usable - 1;

        private nint End => (LastByte | (Slice - 1)) + 1;

        public nint[] Addresses()
        {
            var addresses = new nint[(int)((End - Begin) / 16)];
            for (int i = 0; i < addresses.Length; i++)
            {
                addresses[i] = Begin + (i * 16);
            }

            Assert.DoesNotContain(Next, addresses);
            return addresses;
        }

        public bool IsInside(nint address)
        {
            int found = Array.BinarySearch(_sorted, address);
            int before = found >= 0 ? found : ~found - 1;
            return found < 0 && before >= 0 && (nuint)(address - _sorted[before]) < Usable;
        }

        public bool IsPastTheEnd(nint address) => address > LastByte;
    }
}
