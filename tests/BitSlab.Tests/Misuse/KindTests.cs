using System;
using System.Linq;
using System.Runtime.InteropServices;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Misuse;

/// <summary>Each kind of bad address, through each call, with the state whole afterwards.</summary>
public sealed unsafe class KindTests
{
    /// <summary>Small, class above 1 KiB, sliced, from the operating system.</summary>
    public static TheoryData<int, bool> Sizes => new()
    {
        { 1, false }, { 16, false }, { 100, false }, { 1024, false }, { 1025, false }, { 20_000, false }, { 32_768, false },
        { 40_000, false }, { 500_000, false }, { 2 << 20, false }, { 5 << 20, false },
        { 40_000, true }, { 5 << 20, true },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_double_free_is_refused(int size, bool malloc)
    {
        using Fixture fixture = new(size, malloc);
        nint block = fixture.Subject.Alloc((nuint)size);
        fixture.Subject.Free(block);
        if (size <= 32_768)
        {
            Refused.ByEveryCall(fixture.Subject, InvalidBlockKind.DoubleFree, block); // the neighbour keeps the slab
        }
        else
        {
            Refused.ByEveryCall(fixture.Subject, block); // a large block's memory goes with it
        }
    }

    [Fact]
    public void A_lone_block_that_was_freed_twice_is_refused()
    {
        // Nothing else lives in its slab, which may be gone by then: any kind will do.
        foreach (nuint size in new nuint[] { 1, 1000, 30_000 })
        {
            using Subject subject = Subject.Of(Face.Instance);
            nint block = subject.Alloc(size);
            subject.Free(block);
            Refused.ByEveryCall(subject, block);
            subject.Allocator.Trim();
            Refused.ByEveryCall(subject, block);
            Whole.Empty(subject.Allocator);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_pointer_inside_a_block_is_refused(int size, bool malloc)
    {
        using Fixture fixture = new(size, malloc);
        nint block = fixture.Subject.Alloc((nuint)size);
        nuint usable = fixture.Subject.GetUsableSize(block);
        Pattern.Fill(block, (nuint)size, 1);
        nuint[] offsets = [1, 2, 3, 4, 7, 8, 15, 16, 17, 32, 64, 100, 1008, 1024, 4096, 32_752, 65_535, 65_536, usable / 2, usable - 1];
        foreach (nuint offset in offsets)
        {
            if (offset == 0 || offset >= usable)
            {
                continue;
            }

            nint inside = block + (nint)offset;
            if (size <= 2 << 20 && !malloc)
            {
                Refused.ByEveryCall(fixture.Subject, InvalidBlockKind.InteriorPointer, inside);
            }
            else
            {
                Refused.ByEveryCall(fixture.Subject, inside); // outside the chunks nothing tells which block an address is in
            }
        }

        Pattern.Verify(block, (nuint)size, 1);
        fixture.Subject.Free(block);
    }

    [Theory]
    [InlineData(Face.Static)]
    [InlineData(Face.Instance)]
    [InlineData(Face.Handle)]
    public void Memory_that_is_not_ours_is_refused(Face face)
    {
        using Subject subject = Subject.Of(face);
        nint keep = subject.Alloc(100);
        long onStack = 0;
        Refused.ByEveryCall(subject, InvalidBlockKind.UnknownPointer, unchecked((nint)(&onStack)));
        foreach (nuint size in new nuint[] { 16, 1000, 100_000, 3 << 20 })
        {
            var malloced = (nint)NativeMemory.Alloc(size);
            Refused.ByEveryCall(subject, malloced); // it may stand where a large block of ours once stood
            NativeMemory.Free((void*)malloced);
        }

        var array = new byte[1000];
        fixed (byte* pinned = array)
        {
            Refused.ByEveryCall(subject, InvalidBlockKind.UnknownPointer, (nint)pinned);
        }

        // In WebAssembly a function is no address.
        var function = (nint)(delegate* unmanaged<void>)&Nothing;
        if (!OperatingSystem.IsBrowser())
        {
            Refused.ByEveryCall(subject, InvalidBlockKind.UnknownPointer, function);
        }

        subject.Free(keep);
    }

    [Theory]
    [InlineData(Face.Static)]
    [InlineData(Face.Instance)]
    [InlineData(Face.Handle)]
    public void Made_up_addresses_are_refused(Face face)
    {
        using Subject subject = Subject.Of(face);
        foreach (ulong address in new ulong[]
        {
            1, 2, 8, 15, 16, 17, 255, 4096, 65_536, 4 << 20, uint.MaxValue, 1UL << 32, (1UL << 46) + 16, (1UL << 47) - 16, 1UL << 47,
            1UL << 48, (1UL << 63) - 1, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 15, ulong.MaxValue - 65_535, 0xDEAD_BEEF_DEAD_BEE0,
            0xCCCC_CCCC_CCCC_CCCC,
        })
        {
            if (address <= nuint.MaxValue)
            {
                Refused.ByEveryCall(subject, InvalidBlockKind.UnknownPointer, unchecked((nint)address));
            }
        }
    }

    [Fact]
    public void Addresses_near_a_live_block_are_refused()
    {
        // In the reservation: in the same slice, slab, chunk and in chunks that were never taken.
        using Subject subject = Subject.Of(Face.Instance);
        nint block = subject.Alloc(1024);
        Pattern.Fill(block, 1024, 1);
        long[] distances = [16, 1040, 65_536, 65_536 * 2, 65_536 * 63, 4 << 20, (4 << 20) + 16, 64 << 20, 1 << 30, 16L << 30, 200L << 30];
        foreach (long distance in distances.Where(distance => distance <= nint.MaxValue))
        {
            Refused.ByEveryCall(subject, block + (nint)distance);
            Refused.ByEveryCall(subject, block - (nint)distance);
        }

        Pattern.Verify(block, 1024, 1);
        subject.Free(block);
        Whole.Empty(subject.Allocator);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_block_of_another_allocator_is_refused_by_an_instance(int size, bool malloc)
    {
        using Fixture a = new(size, malloc);
        using Fixture b = new(size, malloc);
        using Subject handle = Subject.Of(Face.Handle);
        nint ofA = a.Subject.Alloc((nuint)size);
        var ofShared = (nint)SlabMemory.Alloc((nuint)size);
        Pattern.Fill(ofA, (nuint)size, 1);
        Pattern.Fill(ofShared, (nuint)size, 2);
        Refused.ByEveryCall(b.Subject, InvalidBlockKind.OtherAllocator, ofA);
        Refused.ByEveryCall(b.Subject, InvalidBlockKind.OtherAllocator, ofShared);
        Refused.ByEveryCall(handle, InvalidBlockKind.OtherAllocator, ofA);
        Refused.As(InvalidBlockKind.OtherAllocator, ofA, () => SlabAllocator.Shared.Free((void*)ofA));
        if (Needs.HasThreads)
        {
            Worker.RunOnce(() => Refused.ByEveryCall(b.Subject, InvalidBlockKind.OtherAllocator, ofA));
        }

        Pattern.Verify(ofA, (nuint)size, 1);
        Pattern.Verify(ofShared, (nuint)size, 2);

        // The static calls take blocks of any allocator.
        SlabMemory.Free((void*)ofA);
        SlabMemory.Free((void*)ofShared);
    }

    [Fact]
    public void The_handle_refuses_every_kind()
    {
        using Subject subject = Subject.Of(Face.Handle);
        nint keep = subject.Alloc(100);
        nint freed = subject.Alloc(100);
        subject.Free(freed);
        Refused.ByEveryCall(subject, InvalidBlockKind.DoubleFree, freed);
        Refused.ByEveryCall(subject, InvalidBlockKind.InteriorPointer, keep + 8);
        Refused.ByEveryCall(subject, InvalidBlockKind.UnknownPointer, 16);
        subject.Free(keep);
        Whole.Empty(subject.Allocator);
    }

    [UnmanagedCallersOnly]
    private static void Nothing()
    {
    }

    /// <summary>An allocator with a neighbour that keeps the slab and chunk, checked to be whole in the end.</summary>
    private sealed class Fixture : IDisposable
    {
        private readonly nint _neighbour;
        private readonly nuint _size;

        public Fixture(int size, bool malloc)
        {
            Subject = Subject.Of(Face.Instance, new SlabAllocatorOptions { UseMallocForLarge = malloc });
            _size = (nuint)size;
            _neighbour = Subject.Alloc(_size);
            Pattern.Fill(_neighbour, _size, 77);
        }

        public Subject Subject { get; }

        public void Dispose()
        {
            Pattern.Verify(_neighbour, _size, 77);
            Whole.Holds(Subject.Allocator, 1, (long)Subject.GetUsableSize(_neighbour));
            Subject.Free(_neighbour);
            Whole.Empty(Subject.Allocator);
            Subject.Dispose();
        }
    }
}
