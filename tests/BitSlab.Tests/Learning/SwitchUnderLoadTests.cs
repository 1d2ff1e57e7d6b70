using System;
using System.Threading;
using BitSlab.Core;
using BitSlab.Learning;
using BitSlab.Tests.Concurrency;
using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Learning;

/// <summary>The size classes change again and again while several threads allocate, hand blocks over, verify and free them.</summary>
[Collection(AloneCollection.Name)]
public sealed unsafe class SwitchUnderLoadTests
{
    private const int Places = 400;

    // Few classes and any size: no ladder serves two loads.
    private static readonly SlabAllocatorOptions s_few = new()
    {
        Adaptive = AdaptiveSizing.Learn,
        IdleGiveBack = false,
        MaxManagedBlockSize = 4096,
        ClassGranularity = 256,
        MinimumAlignment = 1,
    };

    [Theory]
    [InlineData(Face.Instance)]
    [InlineData(Face.Handle)]
    public void Classes_are_learned_anew_for_each_load(Face face)
    {
        const int Loads = 8;
        using Subject subject = Subject.Of(face, s_few);
        var slots = new Slots(Places);
        int load = 0;
        Crowd.Run(4, thread =>
        {
            if (thread == 0)
            {
                while (load < Loads)
                {
                    subject.Allocator.Tick();
                    SlabStatistics now = subject.Allocator.GetStatistics();
                    Whole.NotNegative(now);

                    // The next load when the classes follow this one.
                    Volatile.Write(ref load, now.Sizing.Changes);
                }

                return;
            }

            var random = new Random(thread);
            for (uint i = 0; Volatile.Read(ref load) < Loads; i++)
            {
                Exchange(subject, slots, random, SizeOf(Volatile.Read(ref load), random), (i * 4) + (uint)thread);
            }
        });
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
        Assert.Equal(0, subject.Allocator.GetStatistics().InvalidFrees);
    }

    [Theory]
    [InlineData(Face.Instance, 1)]
    [InlineData(Face.Handle, 8)]
    public void Any_ladder_may_follow_any_other(Face face, int alignment)
    {
        const int Changes = 1200;
        using Subject subject = Subject.Of(face, new SlabAllocatorOptions
        {
            Adaptive = AdaptiveSizing.Learn,
            IdleGiveBack = false,
            MinimumAlignment = alignment,
        });
        Allocator* core = Ladders.CoreOf(subject.Allocator);

        // The ladders are the test's; what is sampled for nobody goes on.
        subject.Allocator.Freeze();
        core->BurstLength = SizeLearner.BurstLength;
        var slots = new Slots(Places);
        bool done = false;
        Crowd.Run(5, thread =>
        {
            var random = new Random(thread);
            for (int i = 0; thread == 0 && i < Changes; i++)
            {
                Ladders.Publish(core, Ladders.Random(random, classes: 100, alignment, maximum: 32_768));
                Maintain(subject, i);
                Thread.Yield();
            }

            Volatile.Write(ref done, thread == 0 || done);
            for (uint i = 0; !Volatile.Read(ref done); i++)
            {
                // One of them ends all the time, and leaves its heap to the next.
                if (thread == 1)
                {
                    Worker.RunOnce(() => ExchangeMany(subject, slots, random, 100, i));
                }
                else
                {
                    ExchangeMany(subject, slots, random, 100, (i * 4) + (uint)thread);
                }
            }
        });
        slots.FreeAll(subject);
        Whole.Empty(subject.Allocator);
        Assert.Equal(0, subject.Allocator.GetStatistics().InvalidFrees);
    }

    private static void Maintain(Subject subject, int step)
    {
        switch (step % 8)
        {
            case 0:
                subject.Allocator.Trim();
                break;
            case 1:
                Whole.NotNegative(subject.Allocator.GetStatistics());
                break;
            case 2:
                foreach (SlabBlock block in subject.Allocator.EnumerateBlocks())
                {
                    Assert.True(block.Address != 0 && block.UsableSize > 0);
                }

                break;
            default:
                subject.Allocator.Tick();
                break;
        }
    }

    private static void ExchangeMany(Subject subject, Slots slots, Random random, int count, uint seed)
    {
        for (int i = 0; i < count; i++)
        {
            int size = random.Next(100) == 0 ? random.Next(1, 40_000) : random.Next(1, 3000);
            Exchange(subject, slots, random, size, unchecked((seed * 1000) + (uint)i));
        }
    }

    // What stood in the place is mostly another thread's.
    private static void Exchange(Subject subject, Slots slots, Random random, int size, uint seed)
    {
        Parcel mine = random.Next(20) == 0
            ? Parcel.Of(Zeroed(subject, size), (nuint)Math.Max(size, 16), seed)
            : Parcel.New(subject, (nuint)size, seed);
        Parcel other = slots.Exchange(random.Next(Places), mine);
        other.Verify();
        if (other.Block != 0 && random.Next(8) == 0)
        {
            other = other.Resized(subject, (nuint)random.Next(1, 3000));
            other.Verify();
        }

        subject.Free(other.Block);
    }

    private static nint Zeroed(Subject subject, int size)
    {
        nuint bytes = (nuint)Math.Max(size, 16);
        nint block = subject.AllocZeroed(bytes);
        Assert.True(Pattern.IsZero(block, bytes), "A zeroed block is not zero.");
        return block;
    }

    // Thirty sizes of the load's own.
    private static int SizeOf(int load, Random random) => 17 + (((load * 7919) + (random.Next(30) * 131)) % 4000);
}
