using System;
using System.Collections.Generic;

namespace BitSlab.Explorer.Engine;

/// <summary>
/// Where the depth-first search stands: the decisions of the run under way, and how many alternatives each has. A run repeats
/// the decisions of the last one up to the point where it is to differ, and takes the first alternative from there on.
/// </summary>
internal sealed class DecisionPath
{
    private readonly List<(int Chosen, int Count)> _decisions = [];
    private readonly HashSet<ulong> _visited = [];
    private int _position;

    /// <summary>
    /// The run came to a state that an earlier one went on from in every way: it is finished with first choices, which are
    /// not varied.
    /// </summary>
    public bool IsPruned { get; private set; }

    /// <summary>Forgets everything, for another bound.</summary>
    public void Reset()
    {
        _decisions.Clear();
        _visited.Clear();
        Rewind();
    }

    /// <summary>Before each run.</summary>
    public void Rewind()
    {
        _position = 0;
        IsPruned = false;
    }

    /// <summary>Which of <paramref name="count"/> alternatives to take in the state that <paramref name="state"/> stands for.</summary>
    public int Choose(int count, ulong state)
    {
        if (count == 1 || IsPruned)
        {
            return 0;
        }

        if (_position < _decisions.Count)
        {
            (int chosen, int expected) = _decisions[_position++];
            return expected == count
                ? chosen
                : throw new InvalidOperationException("The run did not repeat itself: something in it is not deterministic.");
        }

        if (!_visited.Add(state))
        {
            IsPruned = true;
            return 0;
        }

        _decisions.Add((0, count));
        _position++;
        return 0;
    }

    /// <summary>Moves to the next alternative of the deepest decision that has one; false at the end of the search.</summary>
    public bool Advance()
    {
        // A pruned run leaves no decisions behind the state it was pruned at; a failed one ends the search.
        while (_decisions.Count > 0)
        {
            (int chosen, int count) = _decisions[^1];
            _decisions.RemoveAt(_decisions.Count - 1);
            if (chosen + 1 < count)
            {
                _decisions.Add((chosen + 1, count));
                return true;
            }
        }

        return false;
    }
}
