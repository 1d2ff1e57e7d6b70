using System;
using System.Threading;
using BitSlab.Tests.Support;

namespace BitSlab.Child;

/// <summary>
/// Main returns while a foreground thread runs on: the main thread then is no longer alive by its property, yet has not
/// ended. Its blocks live on, others free them, and the handlers of the process's exit may allocate.
/// </summary>
internal static unsafe class MainReturns
{
    private const int Blocks = 3000;
    private static readonly nint[] OfMain = new nint[Blocks];
    private static volatile bool _stop;
    private static volatile Exception? _failure;

    public static void Run()
    {
        Fill(OfMain, 1);
        Thread main = Thread.CurrentThread;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => AtExit(main);
        new Thread(() => Foreground(main)).Start();
    }

    private static void Foreground(Thread main)
    {
        // A guard, not a wait for time to pass: the main thread is on its way out of Main.
        SpinWait.SpinUntil(() => !main.IsAlive, TimeSpan.FromSeconds(2));

        // New threads look for the heaps of dead ones; so do the finalizers and Trim.
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            SlabAllocator.Shared.Trim();
            new Thread(Churn) { IsBackground = true }.Start();
        }

        Verify(OfMain, 1);
        for (int i = 0; i < Blocks; i += 2)
        {
            SlabMemory.Free((void*)OfMain[i]);
            OfMain[i] = 0;
        }

        Console.WriteLine("foreground=1");
    }

    private static void Churn()
    {
        try
        {
            var blocks = new nint[500];
            for (uint round = 0; !_stop; round++)
            {
                Fill(blocks, round);
                Verify(blocks, round);
                Free(blocks);
            }
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }

    private static void AtExit(Thread main)
    {
        Report.Line("alive", main.IsAlive ? 1 : 0);
        Report.Line("ended", main.Join(0) ? 1 : 0);
        Verify(OfMain, 1);
        var blocks = new nint[2000];
        for (uint round = 0; round < 100; round++)
        {
            Fill(blocks, 7);
            Verify(blocks, 7);
            Verify(OfMain, 1);
            Free(blocks);
        }

        Free(OfMain);
        _stop = true;
        Report.Require(_failure is null, $"Another thread found damage: {_failure}");
        Console.WriteLine("exit=1");
    }

    private static void Fill(nint[] blocks, uint seed)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (nint)SlabMemory.Alloc(SizeOf(i));
            Pattern.Fill(blocks[i], SizeOf(i), seed + (uint)i);
        }
    }

    private static void Verify(nint[] blocks, uint seed)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            if (blocks[i] != 0)
            {
                Pattern.Verify(blocks[i], SizeOf(i), seed + (uint)i);
            }
        }
    }

    private static void Free(nint[] blocks)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            SlabMemory.Free((void*)blocks[i]);
            blocks[i] = 0;
        }
    }

    private static nuint SizeOf(int i) => (nuint)(i % 5 * 60);
}
