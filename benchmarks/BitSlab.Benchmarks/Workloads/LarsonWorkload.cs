using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using BitSlab.Benchmarks.Contenders;
using BitSlab.Benchmarks.Measuring;
using BitSlab.Cli.Measuring;

namespace BitSlab.Benchmarks.Workloads;

/// <summary>
/// <c>larson/THREADS</c>, after Larson and Krishnan's server simulation: threads replace random blocks of 8 to 1,000 bytes; after
/// some thousand replacements they die, and new ones take over the blocks, each those of its neighbour.
/// </summary>
internal sealed class LarsonWorkload(int threads, Effort effort)
    : BlockWorkload($"larson/{threads}", (long)threads * Lives(effort) * SlicesPerLife * SlicedWork.Length)
{
    private const int BlocksPerThread = 1_000;

    // 20,000 replacements: several times what it takes to start the thread that does them.
    private const int SlicesPerLife = 10;

    public override ITimedWork Visit<T, TBlock>(SlabAllocator? allocator) => new Work<T, TBlock>(threads, Lives(effort), allocator);

    private static int Lives(Effort effort) => effort.Operations(20);

    private sealed class Work<T, TBlock> : ITimedWork
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock
    {
        private readonly RandomReplacement<T, TBlock>[] _blocks;
        private readonly int _lives;
        private readonly SlabAllocator? _allocator;

        public Work(int threads, int lives, SlabAllocator? allocator)
        {
            _lives = lives;
            _allocator = allocator;
            _blocks = [.. Enumerable.Range(0, threads).Select(thread =>
                new RandomReplacement<T, TBlock>(allocator, BlocksPerThread, (ulong)thread, minSize: 8, maxSize: 1_000))];
            foreach (RandomReplacement<T, TBlock> blocks in _blocks)
            {
                blocks.Fill();
            }
        }

        public TimeSpan Round()
        {
            long begin = Stopwatch.GetTimestamp();
            Thread[] threads = new Thread[_blocks.Length];
            for (int life = 0; life < _lives; life++)
            {
                for (int i = 0; i < threads.Length; i++)
                {
                    RandomReplacement<T, TBlock> blocks = _blocks[(i + life) % _blocks.Length];
                    threads[i] = new Thread(() => Live(blocks)) { IsBackground = true, Name = "larson" };
                    threads[i].Start();
                }

                foreach (Thread thread in threads)
                {
                    thread.Join();
                }
            }

            return Stopwatch.GetElapsedTime(begin);
        }

        public void Dispose()
        {
            foreach (RandomReplacement<T, TBlock> blocks in _blocks)
            {
                blocks.FreeAll();
            }

            _allocator?.Dispose();
        }

        private static void Live(RandomReplacement<T, TBlock> blocks)
        {
            for (int slice = 0; slice < SlicesPerLife; slice++)
            {
                blocks.Replace();
            }
        }
    }
}
