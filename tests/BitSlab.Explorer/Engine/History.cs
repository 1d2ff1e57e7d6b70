using System.Collections.Generic;

namespace BitSlab.Explorer.Engine;

/// <summary>
/// What happened before what in the run under way, as one number: two runs that differ only in the order of steps that do
/// not touch the same cell have the same, and go on in the same ways.
/// </summary>
/// <remarks>
/// Each step's hash covers the step before it in its thread, and the last write of its cell (a write: also the reads since).
/// The sum over all steps stands for the run so far. Cells are numbered when first seen and keep their numbers.
/// </remarks>
internal sealed class History
{
    private readonly Dictionary<nint, int> _numbers = [];
    private readonly List<Cell> _cells = [];
    private ulong _sum;

    /// <summary>How many cells are known to be used by more than one thread, and written.</summary>
    public int SharedCells { get; private set; }

    public ulong Sum => _sum;

    public void Rewind()
    {
        _sum = 0;
        foreach (Cell cell in _cells)
        {
            cell.LastWrite = 0;
            cell.Reads = 0;
        }
    }

    /// <summary>Lets what was learnt of the cells so far count, from the next search on: within one it must stay as it is.</summary>
    public void Learn()
    {
        foreach (Cell cell in _cells)
        {
            cell.IsShared = cell.IsKnownShared;
        }
    }

    /// <summary>
    /// Takes note of who uses a cell, and tells whether it is shared as far as was known when the search began. Where nobody
    /// else looks, no other order is worth a try.
    /// </summary>
    public bool IsShared(nint address, int thread, bool write)
    {
        Cell cell = Find(address);
        if (!cell.IsKnownShared)
        {
            cell.Users |= 1 << thread;
            cell.Written |= write;
            cell.IsKnownShared = cell.Written && (cell.Users & (cell.Users - 1)) != 0;
            SharedCells += cell.IsKnownShared ? 1 : 0;
        }

        return cell.IsShared;
    }

    /// <summary>Adds a step to a thread's history.</summary>
    public void Add(ref ulong thread, nint address, bool write)
    {
        Cell cell = Find(address);
        ulong hash = Mix(Mix(thread ^ (ulong)address) + cell.LastWrite);
        if (write)
        {
            hash = Mix(hash + cell.Reads + 1);
            cell.LastWrite = hash;
            cell.Reads = 0;
        }
        else
        {
            cell.Reads += hash;
        }

        thread = hash;
        _sum = unchecked(_sum + hash);
    }

    /// <summary>Adds a step that touches no cell yet: a store that was held back.</summary>
    public void AddLocal(ref ulong thread, nint address)
    {
        thread = Mix(Mix(thread ^ (ulong)address) + 3);
        _sum = unchecked(_sum + thread);
    }

    /// <summary>The finaliser of splitmix64.</summary>
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E37_79B9_7F4A_7C15;
            value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
            value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
            return value ^ (value >> 31);
        }
    }

    private Cell Find(nint address)
    {
        if (!_numbers.TryGetValue(address, out int number))
        {
            number = _cells.Count;
            _numbers.Add(address, number);
            _cells.Add(new Cell());
        }

        return _cells[number];
    }

    private sealed class Cell
    {
        public ulong LastWrite;
        public ulong Reads;
        public int Users;
        public bool Written;
        public bool IsKnownShared;
        public bool IsShared;
    }
}
