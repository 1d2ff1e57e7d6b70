using System;
using System.Reflection;
using System.Threading;

namespace BitSlab.Child;

/// <summary>
/// When the timer of maintenance stops, and what starts it again. In a process of its own, since all allocators share the timer; ticked by the
/// program, which so need not wait for it.
/// </summary>
internal static unsafe class IdleTimer
{
    private const int Size = 1000;

    private static readonly Assembly s_library = typeof(SlabMemory).Assembly;
    private static readonly object s_reservation = s_library.GetType("BitSlab.Threads.ProcessMemory", throwOnError: true)!
        .GetField("Reservation", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    private static readonly Type s_rounds = s_library.GetType("BitSlab.Core.Rounds", throwOnError: true)!;

    public static void Run()
    {
        using var allocator = new SlabAllocator();
        Report.Line("first", IsStopped ? 0 : 1);

        // A slab that is current, and two full ones.
        int perSlab = PerSlab();
        void*[] blocks = new void*[(2 * perSlab) + 1];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = allocator.Alloc(Size);
        }

        Stop();
        allocator.Free(blocks[^1]);
        Report.Line("free-in-current", IsStopped ? 0 : 1);
        blocks[^1] = allocator.Alloc(Size);

        Stop();
        allocator.Free(blocks[0]);
        Report.Line("local-free", IsStopped ? 0 : 1);
        Report.Line("goes-on-while-there-is-room", Tick() ? 1 : 0);
        Fill(allocator, blocks, 0);

        Stop();
        OnThread(() => allocator.Free(blocks[1]));
        Report.Line("remote-free", IsStopped ? 0 : 1);
        Fill(allocator, blocks, 1);

        Stop();
        void* large = allocator.Alloc(100_000);
        allocator.Free(large);
        Report.Line("returned-slices", IsStopped ? 0 : 1);

        Stop();
        OnThread(() => SlabMemory.Alloc(Size));
        Report.Line("thread-that-lives", IsStopped ? 0 : 1);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Report.Line("thread-that-ended", IsStopped ? 0 : 1);

        // An orphan's slab stays one with room for as long as a block lives there.
        SlabAllocator.Shared.Trim();
        Report.Line("goes-on-for-orphans", Tick() ? 1 : 0);
    }

    public static void RunAfterTrim()
    {
        using var allocator = new SlabAllocator();
        void* kept = allocator.Alloc(Size);
        void* block = allocator.Alloc(Size);
        Stop();
        allocator.Trim();
        allocator.Free(block);
        Report.Line("running", IsStopped ? 0 : 1);
        allocator.Free(kept);
    }

    private static bool IsStopped => (bool)s_rounds.GetMethod("IsTimerStopped")!.Invoke(null, [s_reservation])!;

    private static bool Tick() => (bool)s_rounds.GetMethod("Tick")!.Invoke(null, [s_reservation])!;

    private static void Stop()
    {
        for (int i = 0; i < 10 && Tick(); i++)
        {
        }

        Report.Require(IsStopped, "The timer does not stop though nothing is idle.");
    }

    private static int PerSlab()
    {
        using var allocator = new SlabAllocator();
        allocator.Alloc(Size);
        return (int)allocator.GetStatistics().SizeClasses[0].Capacity;
    }

    // The slab with room is current when its turn has come, and then full.
    private static void Fill(SlabAllocator allocator, void*[] blocks, int freed)
    {
        long slabs = allocator.GetStatistics().Slabs;
        for (void* block = allocator.Alloc(Size); block != blocks[freed]; block = allocator.Alloc(Size))
        {
            Report.Require(allocator.GetStatistics().Slabs == slabs, "A free block was passed over.");
        }

        Report.Require(allocator.GetStatistics().Slabs == slabs, "A free block was passed over.");
    }

    private static void OnThread(ThreadStart body)
    {
        var thread = new Thread(body);
        thread.Start();
        thread.Join();
    }
}
