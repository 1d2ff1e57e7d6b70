using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace BitSlab.Tests.FastPaths;

/// <summary>
/// The longest way through a method, from its entry to a return, that calls no method by name. What is called by name is out of line:
/// a fast path that cannot return without such a call is none. A thread static is asked for through an address in a register.
/// </summary>
/// <param name="Instructions">All on the way, entry and return included.</param>
/// <param name="ThreadStatics">How many thread statics are asked for on the way.</param>
public sealed partial record FastPath(int Instructions, int ThreadStatics)
{
    /// <summary>The fast path of a method, or null when there is no way without a call.</summary>
    public static FastPath? Of(MethodListing listing)
    {
        List<string> code = [];
        Dictionary<string, int> labels = [];
        foreach (string line in listing.Lines)
        {
            if (LabelLine().Match(line) is { Success: true } label)
            {
                labels[label.Groups[1].Value] = code.Count;
            }
            else
            {
                code.Add(line.Trim());
            }
        }

        return new Walk(code, labels).From(0);
    }

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex LabelLine();

    [GeneratedRegex(@"\bG_M\w+$")]
    private static partial Regex JumpTarget();

    [GeneratedRegex(@"^call\s+r\w+$")]
    private static partial Regex RegisterCall();

    private sealed class Walk(List<string> code, Dictionary<string, int> labels)
    {
        private readonly Dictionary<int, FastPath?> _known = [];

        public FastPath? From(int index)
        {
            if (!_known.TryGetValue(index, out FastPath? path))
            {
                // A way that comes back here is no way out.
                _known[index] = null;
                path = Step(index);
                _known[index] = path;
            }

            return path;
        }

        private FastPath? Step(int index)
        {
            string instruction = code[index];
            string mnemonic = instruction.Split(' ')[0];
            return mnemonic switch
            {
                "ret" => new FastPath(1, 0),
                "int3" => null,
                "call" when RegisterCall().IsMatch(instruction) => After(index + 1, threadStatics: 1),
                "call" => null,
                _ when mnemonic.Contains("jmp", StringComparison.Ordinal) => Jump(instruction),
                _ when mnemonic.StartsWith('j') => Longer(Jump(instruction), After(index + 1)),
                _ => After(index + 1),
            };
        }

        // A jump to anything but a label is a call that does not come back.
        private FastPath? Jump(string instruction) =>
            JumpTarget().Match(instruction) is { Success: true } target ? After(labels[target.Value]) : null;

        private FastPath? After(int next, int threadStatics = 0) =>
            From(next) is { } rest ? new FastPath(rest.Instructions + 1, rest.ThreadStatics + threadStatics) : null;

        private static FastPath? Longer(params FastPath?[] paths) => paths.MaxBy(path => path?.Instructions ?? 0);
    }
}
