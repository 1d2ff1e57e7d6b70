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
    private int _position;

    /// <summary>Forgets everything, for another bound.</summary>
    public void Reset()
    {
        _decisions.Clear();
        Rewind();
    }

    /// <summary>Before each run.</summary>
    public void Rewind() => _position = 0;

    /// <summary>Which of <paramref name="count"/> alternatives to take.</summary>
    public int Choose(int count)
    {
        if (count == 1)
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

        _decisions.Add((0, count));
        _position++;
        return 0;
    }

    /// <summary>Moves to the next alternative of the deepest decision that has one; false at the end of the search.</summary>
    public bool Advance()
    {
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
