using System.Collections.Generic;

namespace BitSlab.Explorer.Engine;

/// <summary>
/// Which threads use which cells. Another order is worth a try only at a cell that several use and one writes. That is learnt
/// from the runs themselves; within one search it stays as it was known at its start, since runs must repeat themselves.
/// </summary>
/// <remarks>Runs that differ only in the order of steps at different cells are not left out: the core also loads plainly, unseen from here.</remarks>
internal sealed class CellUse
{
    private readonly Dictionary<nint, Cell> _cells = [];

    /// <summary>How many cells are known to be shared.</summary>
    public int SharedCells { get; private set; }

    /// <summary>Lets what was learnt count from the next search on.</summary>
    public void Learn()
    {
        foreach (Cell cell in _cells.Values)
        {
            cell.IsShared = cell.IsKnownShared;
        }
    }

    /// <summary>Takes note of a use, and tells whether the cell is shared as far as was known when the search began.</summary>
    public bool IsShared(nint address, int thread, bool write)
    {
        if (!_cells.TryGetValue(address, out Cell? cell))
        {
            cell = new Cell();
            _cells.Add(address, cell);
        }

        if (!cell.IsKnownShared)
        {
            cell.Users |= 1 << thread;
            cell.IsWritten |= write;
            cell.IsKnownShared = cell.IsWritten && (cell.Users & (cell.Users - 1)) != 0;
            SharedCells += cell.IsKnownShared ? 1 : 0;
        }

        return cell.IsShared;
    }

    private sealed class Cell
    {
        public int Users;
        public bool IsWritten;
        public bool IsKnownShared;
        public bool IsShared;
    }
}
