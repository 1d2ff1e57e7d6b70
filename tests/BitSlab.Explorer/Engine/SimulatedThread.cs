using System;
using System.Collections.Generic;
using System.Threading;

namespace BitSlab.Explorer.Engine;

/// <summary>
/// A thread of a scenario: a real thread, of which one runs at a time. All its accesses to shared words come through here;
/// before each it asks the scheduler whether to go on. Its stores may be held back in a buffer of its own.
/// </summary>
/// <remarks>
/// The buffer: loads of the thread itself see it. An atomic update or a fence empties it. A store with release may be held
/// back too (as on every machine), but becomes visible only after all that stood before it; plain ones pass each other, as on an Arm64.
/// Loads are made in the order in which they stand in the code: what a load may see that is made before an older one is not explored.
/// </remarks>
public sealed unsafe class SimulatedThread : IDisposable
{
    // A walk that does not end within this many steps never will: the longest correct run takes some 500.
    private const int MaxDirectSteps = 200_000;

    [ThreadStatic]
    private static SimulatedThread? s_current;

    private readonly Scheduler? _scheduler;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly List<HeldStore> _held = [];
    private Guard? _guard;
    private int _directSteps;
    private nint _lastLoad;

    internal SimulatedThread(Scheduler? scheduler, int number, string name)
    {
        _scheduler = scheduler;
        Number = number;
        Name = name;
    }

    /// <summary>The simulated thread that runs here; null where nothing is simulated.</summary>
    public static SimulatedThread? Current => s_current;

    public string Name { get; }

    internal int Number { get; }

    internal bool IsStarted { get; set; }

    internal bool IsFinished { get; set; }

    /// <summary>The cell that the thread waits to see written; 0 while it can go on.</summary>
    internal nint WaitsFor { get; set; }

    internal bool CanRun => !IsFinished && WaitsFor == 0;

    internal bool HoldsStores => _held.Count > 0;

    private bool StoresInOrder => _scheduler is { StoresInOrder: true };

    public long Load(void* cell, int size)
    {
        Reach(cell, write: false, "load");
        _lastLoad = (nint)cell;
        for (int i = _held.Count - 1; i >= 0; i--)
        {
            if (_held[i].Address == (nint)cell)
            {
                return _held[i].Value;
            }
        }

        long value = Read(cell, size);
        _scheduler?.Log(this, "  =", (nint)cell, value);
        return value;
    }

    public void Store(void* cell, int size, long value, bool release)
    {
        Reach(cell, write: true, release ? "store-release" : "store");
        release |= StoresInOrder;
        if (_scheduler != null && _scheduler.ChooseDelay(this, (nint)cell))
        {
            _held.Add(new HeldStore((nint)cell, size, value, release, _guard));
            _scheduler.Log(this, "  held back", (nint)cell, value);
            return;
        }

        // A plain store passes what is held back, except an older one to the same cell.
        if (_held.Count > 0 && (release || _held.Exists(h => h.Address == (nint)cell)))
        {
            Flush();
        }

        Write(new HeldStore((nint)cell, size, value, release, _guard));
    }

    /// <summary>Before an atomic update, which the caller then makes on memory.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="what">Its name, for the report.</param>
    /// <param name="fence">Whether it is a barrier too, as all of .NET's are.</param>
    public void BeforeUpdate(void* cell, string what, bool fence = true)
    {
        Reach(cell, write: true, what);
        if (fence || StoresInOrder || Holds((nint)cell))
        {
            Flush();
        }

        _guard?.Check((nint)cell, this);
        _scheduler?.OnWritten((nint)cell);
    }

    public void Fence() => Flush();

    /// <summary>A barrier on every thread of the process.</summary>
    public void FenceAll()
    {
        Flush();
        _scheduler?.FlushAll();
    }

    /// <summary>The thread looked at a lock in vain: it goes on when somebody wrote what it looked at.</summary>
    public void Yield()
    {
        if (_scheduler == null)
        {
            throw new ScenarioException("a lock was never released");
        }

        _scheduler.Wait(this, _lastLoad);
    }

    /// <summary>From here on the thread must not write to what a guard covers once its time is over. Null: it may.</summary>
    public void SetGuard(Guard? guard) => _guard = guard;

    /// <summary>Whether the thread's own stores to a range are not visible to others yet.</summary>
    public bool HoldsStoreIn(nint start, nint end) => _held.Exists(h => h.Address >= start && h.Address < end);

    /// <summary>Whether stores of any other thread to a range are not visible yet.</summary>
    public bool OthersHoldStoreIn(nint start, nint end) => _scheduler != null && _scheduler.AnyHolds(this, start, end);

    public void Dispose() => _wake.Dispose();

    internal void Enter() => s_current = this;

    internal static void LeaveDirect() => s_current = null;

    internal void Park() => _wake.Wait();

    internal void Wake() => _wake.Release();

    internal void Rewind()
    {
        _held.Clear();
        _guard = null;
        _directSteps = 0;
        IsStarted = false;
        IsFinished = false;
        WaitsFor = 0;
    }

    internal bool IsGuarded(nint address) => _guard != null && _guard.Covers(address);

    internal bool Holds(nint address) => _held.Exists(h => h.Address == address);

    /// <summary>Makes the oldest store to a cell visible, and before it, if it is a release, all older ones.</summary>
    internal void FlushCell(nint address)
    {
        int index = _held.FindIndex(h => h.Address == address);
        if (_held[index].Release)
        {
            for (; index > 0; index--)
            {
                WriteOldest(0);
            }
        }

        WriteOldest(index);
    }

    internal void Flush()
    {
        while (_held.Count > 0)
        {
            WriteOldest(0);
        }
    }

    private void WriteOldest(int index)
    {
        HeldStore store = _held[index];
        _held.RemoveAt(index);
        Write(store);
    }

    private void Write(HeldStore store)
    {
        store.Guard?.Check(store.Address, this);
        switch (store.Size)
        {
            case 1:
                *(byte*)store.Address = unchecked((byte)store.Value);
                break;
            case 4:
                *(int*)store.Address = unchecked((int)store.Value);
                break;
            default:
                *(long*)store.Address = store.Value;
                break;
        }

        _scheduler?.Log(this, "  visible", store.Address, store.Value);
        _scheduler?.OnWritten(store.Address);
    }

    private void Reach(void* cell, bool write, string what)
    {
        if (_scheduler != null)
        {
            _scheduler.Reach(this, (nint)cell, write, what);
        }
        else if (++_directSteps > MaxDirectSteps)
        {
            throw new ScenarioException("a walk does not end: a list is cyclic");
        }
    }

    private static long Read(void* cell, int size) => size switch
    {
        1 => *(byte*)cell,
        4 => *(int*)cell,
        _ => *(long*)cell,
    };

    private readonly record struct HeldStore(nint Address, int Size, long Value, bool Release, Guard? Guard);
}

/// <summary>
/// What a free may touch only while its slab stands: the slab's words and second line. The slab's generation tells when that
/// time is over.
/// </summary>
public sealed unsafe class Guard(nint lineStart, nint lineEnd, nint wordsStart, nint wordsEnd, uint* generation)
{
    private readonly uint _born = *generation;

    internal bool Covers(nint address) =>
        (address >= lineStart && address < lineEnd) || (address >= wordsStart && address < wordsEnd);

    internal void Check(nint address, SimulatedThread thread)
    {
        if (*generation != _born && Covers(address))
        {
            throw new ScenarioException($"{thread.Name} wrote to its slab after the slab was given back");
        }
    }
}
