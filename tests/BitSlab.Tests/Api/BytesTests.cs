using System;
using Xunit;
using NativeMemory = BitSlab.SlabMemory;

namespace BitSlab.Tests.Api;

/// <summary>
/// Code written for the framework's NativeMemory compiles and works after one changed using directive: every member of
/// that class is called here by its old name.
/// </summary>
public sealed unsafe class BytesTests
{
    [Fact]
    public void Every_member_of_NativeMemory_is_there()
    {
        void* a = NativeMemory.Alloc(10);
        a = NativeMemory.Realloc(a, 20);
        NativeMemory.Clear(a, 20);
        NativeMemory.Fill(a, 10, 0x5A);
        void* b = NativeMemory.AllocZeroed(20);
        NativeMemory.Copy(a, b, 20);
        Assert.True(new Span<byte>(a, 20).SequenceEqual(new Span<byte>(b, 20)));
        Assert.Equal(0x5A, ((byte*)b)[9]);
        Assert.Equal(0, ((byte*)b)[10]);
        void* c = NativeMemory.Alloc(3, 7);
        void* d = NativeMemory.AllocZeroed(3, 7);
        void* e = NativeMemory.AlignedAlloc(100, 64);
        e = NativeMemory.AlignedRealloc(e, 200, 128);
        Assert.Equal(0, (nint)e % 128);
        NativeMemory.Free(a);
        NativeMemory.Free(b);
        NativeMemory.Free(c);
        NativeMemory.Free(d);
        NativeMemory.AlignedFree(e);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(311)]
    [InlineData(33_333)]
    public void Clear_and_Fill_touch_exactly_their_bytes(int size)
    {
        foreach (int offset in new[] { 0, 1, 5, 16 })
        {
            int total = offset + size + 8;
            byte* block = (byte*)NativeMemory.Alloc((nuint)total);
            new Span<byte>(block, total).Fill(0xAA);
            NativeMemory.Clear(block + offset, (nuint)size);
            AssertBytes(block, total, offset, size, 0);
            NativeMemory.Fill(block + offset, (nuint)size, 0x77);
            AssertBytes(block, total, offset, size, 0x77);
            NativeMemory.Free(block);
        }
    }

    [Fact]
    public void Nothing_of_null_is_cleared_filled_or_copied()
    {
        NativeMemory.Clear(null, 0);
        NativeMemory.Fill(null, 0, 1);
        NativeMemory.Copy(null, null, 0);
    }

    [Fact]
    public void Copy_of_overlapping_ranges_is_a_move()
    {
        byte* block = (byte*)NativeMemory.Alloc(100);
        for (int i = 0; i < 100; i++)
        {
            block[i] = (byte)i;
        }

        NativeMemory.Copy(block, block + 10, 90);
        for (int i = 10; i < 100; i++)
        {
            Assert.Equal(i - 10, block[i]);
        }

        NativeMemory.Free(block);
    }

    [Fact]
    public void Alloc_of_T_holds_that_many()
    {
        decimal* numbers = NativeMemory.Alloc<decimal>(1000);
        Assert.True(NativeMemory.GetUsableSize(numbers) >= 16_000);
        for (int i = 0; i < 1000; i++)
        {
            numbers[i] = i;
        }

        Assert.Equal(999m, numbers[999]);
        NativeMemory.Free(numbers);
    }

    private static void AssertBytes(byte* block, int total, int offset, int size, byte expected)
    {
        for (int i = 0; i < total; i++)
        {
            Assert.Equal(i >= offset && i < offset + size ? expected : 0xAA, block[i]);
        }
    }
}
