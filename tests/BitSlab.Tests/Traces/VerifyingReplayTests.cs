using System;
using System.Threading;
using BitSlab.Traces;
using Xunit;

namespace BitSlab.Tests.Traces;

/// <summary>Positive controls: each planted fault is caught, on one thread and on several, and sound contenders pass.</summary>
public sealed class VerifyingReplayTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sound_contender_passes(bool threads)
    {
        Trace trace = Mixed(threads);
        int events = 0;

        Verify(trace, new Contender<NativeMemoryContender>("sound"), threads, count => Interlocked.Add(ref events, count));

        Assert.Equal(trace.Events.Length, events);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Overlapping_blocks_are_caught(bool threads) => Catches<Overlapping>(threads, "contents changed at offset");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lost_contents_are_caught(bool threads) => Catches<LosesContents>(threads, "seen after the realloc");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_zeroed_block_with_one_byte_set_is_caught(bool threads) => Catches<NotZeroed>(threads, "is not zero at offset");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_misaligned_block_is_caught(bool threads) => Catches<Misaligned>(threads, "not aligned to 64 bytes");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Null_is_caught(bool threads) => Catches<GivesNull>(threads, "Alloc gave null");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_refused_free_is_caught(bool threads) => Catches<RefusesFrees>(threads, "Free was refused: no block of mine");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_write_into_a_live_block_is_caught(bool threads) => Catches<WritesAfterFree>(threads, "contents changed at offset 0");

    [Fact]
    public void One_address_for_two_empty_blocks_is_caught()
    {
        Trace trace = new TraceWriter { Slots = 2 }.Alloc(0, 0).Alloc(1, 0).ToTrace();

        VerificationException fault = Caught(trace, new Contender<Broken<SameAddress>>("same"), threads: false);

        Assert.Contains("handed out twice", fault.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1u), (fault.EventNumber, fault.Slot));
    }

    [Fact]
    public void Damage_in_blocks_that_are_never_freed_is_caught_at_the_end()
    {
        Trace trace = new TraceWriter { Slots = 3 }.Alloc(0, 64).Alloc(1, 64).Alloc(2, 64).ToTrace();

        VerificationException fault = Caught(trace, new Contender<Broken<Overlapping>>("overlap"), threads: false);

        Assert.Equal((3, 0u), (fault.EventNumber, fault.Slot));
    }

    [Fact]
    public void The_message_names_event_slot_and_address()
    {
        Trace trace = new TraceWriter { Slots = 6 }.Alloc(0, 1).Aligned(5, 10, 64).ToTrace();

        VerificationException fault = Caught(trace, new Contender<Broken<Misaligned>>("late"), threads: false);

        Assert.Equal($"event 1, slot 5, block 0x{fault.Address:x}: not aligned to 64 bytes", fault.Message);
        Assert.Equal(16, fault.Address & 63);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(29)]
    public unsafe void The_pattern_shows_every_changed_byte(int size)
    {
        byte* block = stackalloc byte[40];
        for (int changed = 0; changed < size; changed++)
        {
            BlockPattern.Fill(block, (nuint)size, BlockPattern.SeedOf(3));
            Assert.Equal(BlockPattern.NoMismatch, BlockPattern.FindMismatch(block, (nuint)size, BlockPattern.SeedOf(3)));
            block[changed] ^= 4;
            Assert.Equal(changed, BlockPattern.FindMismatch(block, (nuint)size, BlockPattern.SeedOf(3)));
        }

        new Span<byte>(block, 40).Clear();
        Assert.Equal(BlockPattern.NoMismatch, BlockPattern.FindNonZero(block, (nuint)size));
        for (int changed = 0; changed < size; changed++)
        {
            block[changed] = 1;
            Assert.Equal(changed, BlockPattern.FindNonZero(block, (nuint)size));
            block[changed] = 0;
        }
    }

    private static void Catches<TFault>(bool threads, string what)
        where TFault : IFault
    {
        VerificationException fault = Caught(Mixed(threads), new Contender<Broken<TFault>>("broken"), threads);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith($"event {fault.EventNumber}, slot {fault.Slot}, block 0x", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private static VerificationException Caught(Trace trace, Contender contender, bool threads) =>
        Assert.Throws<VerificationException>(() => Verify(trace, contender, threads));

    private static void Verify(Trace trace, Contender contender, bool threads, Action<int>? advanced = null)
    {
        if (threads)
        {
            ThreadedVerifyingReplay.Run(trace, contender, advanced);
        }
        else
        {
            VerifyingReplay.Run(trace, contender, advanced);
        }
    }

    /// <summary>Blocks of every kind; on three threads each block wanders through all of them.</summary>
    private static Trace Mixed(bool threads)
    {
        int step = threads ? 1 : 0;
        TraceWriter writer = new() { Threads = threads ? 3u : 1u, Slots = 16 };
        for (ulong round = 0; round < 40; round++)
        {
            for (ulong slot = 0; slot < 16; slot++)
            {
                ulong size = 40 + (slot * round);
                _ = (slot % 4) switch
                {
                    0 => writer.Aligned(slot, size, 64),
                    1 => writer.AllocZeroed(slot, size),
                    _ => writer.Alloc(slot, size),
                };
            }

            for (ulong slot = 0; slot < 16; slot++)
            {
                writer.Realloc(slot, 20 + round + (30 * (slot % 5)), step);
                writer.Free(slot, 2 * step);
            }
        }

        return writer.ToTrace();
    }
}
