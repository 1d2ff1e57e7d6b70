using System;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace BitSlab.Wasm;

/// <summary>
/// Small pieces of work through <see cref="SlabMemory"/> and through the C library's malloc, in turn; the same as benchmarks/native/bits.c, line by line. Prints
/// for each round of each: the label, work, contender, round, nanoseconds per block, allocated and freed.
/// </summary>
internal static unsafe class Speed
{
    private const int Batch = 1000;
    private const int Window = 10_000;

    // Fewer than in C: the code is interpreted.
    private const int Blocks = 10_000;
    private const int UntoldRounds = 5;

    private static readonly void** s_blocks = (void**)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(void*));
    private static readonly void** s_slabWindow = (void**)NativeMemory.AllocZeroed(Window, (nuint)sizeof(void*));
    private static readonly void** s_mallocWindow = (void**)NativeMemory.AllocZeroed(Window, (nuint)sizeof(void*));
    private static readonly int[] s_order = Shuffled();
    private static uint s_slabRandom = 1;
    private static uint s_mallocRandom = 1;
    private static void* s_sink;

    public static void Print(string label, int rounds)
    {
        // The first rounds fill the windows, and are not told.
        for (int round = -UntoldRounds; round < rounds; round++)
        {
            Compare(label, "pair of 64 bytes", round, &SlabPair, &MallocPair);
            Compare(label, "1000 blocks of 64 bytes freed in order", round, &SlabInOrder, &MallocInOrder);
            Compare(label, "1000 blocks of 64 bytes freed at random", round, &SlabAtRandom, &MallocAtRandom);
            Compare(label, "1 to 1024 bytes among 10000 live", round, &SlabMixed, &MallocMixed);
        }
    }

    private static void Compare(string label, string work, int round, delegate*<void> slab, delegate*<void> malloc)
    {
        for (int turn = 0; turn < 2; turn++)
        {
            bool isSlab = ((round ^ turn) & 1) == 0;
            long begin = Stopwatch.GetTimestamp();
            (isSlab ? slab : malloc)();
            double time = Stopwatch.GetElapsedTime(begin).TotalNanoseconds / Blocks;
            if (round >= 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{label},{work},{(isSlab ? "bitslab" : "malloc")},{round},{time:F2}"));
            }
        }
    }

    private static int[] Shuffled()
    {
        int[] order = new int[Batch];
        uint random = 1;
        for (int i = 0; i < Batch; i++)
        {
            int other = (int)(Next(ref random) % (i + 1));
            order[i] = order[other];
            order[other] = i;
        }

        return order;
    }

    private static uint Next(ref uint random)
    {
        random = unchecked((random * 1_664_525) + 1_013_904_223);
        return random >> 8;
    }

    private static void SlabPair()
    {
        for (int i = 0; i < Blocks; i++)
        {
            void* block = SlabMemory.Alloc(64);
            s_sink = block;
            SlabMemory.Free(block);
        }
    }

    private static void MallocPair()
    {
        for (int i = 0; i < Blocks; i++)
        {
            void* block = NativeMemory.Alloc(64);
            s_sink = block;
            NativeMemory.Free(block);
        }
    }

    private static void SlabInOrder()
    {
        for (int k = 0; k < Blocks / Batch; k++)
        {
            for (int i = 0; i < Batch; i++)
            {
                s_blocks[i] = SlabMemory.Alloc(64);
            }

            for (int i = 0; i < Batch; i++)
            {
                SlabMemory.Free(s_blocks[i]);
            }
        }
    }

    private static void MallocInOrder()
    {
        for (int k = 0; k < Blocks / Batch; k++)
        {
            for (int i = 0; i < Batch; i++)
            {
                s_blocks[i] = NativeMemory.Alloc(64);
            }

            for (int i = 0; i < Batch; i++)
            {
                NativeMemory.Free(s_blocks[i]);
            }
        }
    }

    private static void SlabAtRandom()
    {
        for (int k = 0; k < Blocks / Batch; k++)
        {
            for (int i = 0; i < Batch; i++)
            {
                s_blocks[i] = SlabMemory.Alloc(64);
            }

            for (int i = 0; i < Batch; i++)
            {
                SlabMemory.Free(s_blocks[s_order[i]]);
            }
        }
    }

    private static void MallocAtRandom()
    {
        for (int k = 0; k < Blocks / Batch; k++)
        {
            for (int i = 0; i < Batch; i++)
            {
                s_blocks[i] = NativeMemory.Alloc(64);
            }

            for (int i = 0; i < Batch; i++)
            {
                NativeMemory.Free(s_blocks[s_order[i]]);
            }
        }
    }

    private static void SlabMixed()
    {
        for (int i = 0; i < Blocks; i++)
        {
            uint random = Next(ref s_slabRandom);
            void** block = s_slabWindow + (random % Window);
            SlabMemory.Free(*block);
            *block = SlabMemory.Alloc(1 + ((random >> 12) % 1024));
        }
    }

    private static void MallocMixed()
    {
        for (int i = 0; i < Blocks; i++)
        {
            uint random = Next(ref s_mallocRandom);
            void** block = s_mallocWindow + (random % Window);
            NativeMemory.Free(*block);
            *block = NativeMemory.Alloc(1 + ((random >> 12) % 1024));
        }
    }
}
