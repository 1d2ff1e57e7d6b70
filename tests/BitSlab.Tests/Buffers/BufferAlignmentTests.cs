using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BitSlab.Buffers;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Buffers;

/// <summary>Elements stand at their natural alignment, whatever the allocator's is.</summary>
public sealed class BufferAlignmentTests
{
    [Fact]
    public void The_alignment_is_that_of_the_type()
    {
        Assert.Equal((nuint)1, ElementAlignment<byte>.Bytes);
        Assert.Equal((nuint)2, ElementAlignment<short>.Bytes);
        Assert.Equal((nuint)8, ElementAlignment<double>.Bytes);
        Assert.Equal((nuint)8, ElementAlignment<Triple>.Bytes);
        Assert.Equal((nuint)16, ElementAlignment<Int128>.Bytes);

        // Arm64 has no wider registers than 16 bytes, and .NET aligns wider vectors so.
        bool isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        Assert.Equal((nuint)(isArm ? 16 : 32), ElementAlignment<Vector256<byte>>.Bytes);
        Assert.Equal((nuint)(isArm ? 16 : 64), ElementAlignment<Vector512<byte>>.Bytes);
        Assert.InRange(ElementAlignment<Odd>.Bytes, (nuint)4, (nuint)8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(64)]
    public void Elements_are_aligned(int minimum)
    {
        using var allocator = new SlabAllocator(new SlabAllocatorOptions { MinimumAlignment = minimum, ClassGranularity = minimum });
        Check<byte>();
        Check<short>();
        Check<double>();
        Check<Triple>();
        Check<Odd>();
        Check<Int128>();
        Check<Vector256<byte>>();
        Check<Vector512<byte>>();
        Whole.Empty(allocator);

        void Check<T>()
            where T : unmanaged
        {
            foreach (SlabAllocator? source in new[] { allocator, null })
            {
                // Blocks of odd sizes in between: the next one of a class is not aligned by chance.
                for (int length = 1; length < 2_000; length += length < 20 ? 1 : 97)
                {
                    using SlabBuffer<byte> between = new((length * 3) + 1, source);
                    using SlabBuffer<T> buffer = new(length, source);
                    using SlabBuffer<T> second = new(length, source);
                    using SlabBuffer<T> zeroed = SlabBuffer.Zeroed<T>(length, source);
                    using SlabBox<T> box = new(default, source);
                    using SlabList<T> list = new(length, source);
                    list.Add(default);
                    Require(ref buffer[0]);
                    Require(ref second[0]);
                    Require(ref zeroed[0]);
                    Require(ref box.Value);
                    Require(ref list[0]);
                    buffer.Resize((length * 2) + 1);
                    list.EnsureCapacity(list.Capacity + 1);
                    Require(ref buffer[0]);
                    Require(ref list[0]);
                    buffer.Resize(1);
                    list.TrimExcess();
                    Require(ref buffer[0]);
                    Require(ref list[0]);
                }
            }
        }

        static unsafe void Require<T>(ref T element)
            where T : unmanaged => Assert.Equal((nuint)0, (nuint)Unsafe.AsPointer(ref element) % ElementAlignment<T>.Bytes);
    }
}
