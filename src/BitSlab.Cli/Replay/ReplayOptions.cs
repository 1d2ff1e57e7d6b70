using System.Collections.Generic;
using BitSlab.Cli.Commands;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

/// <summary>What <c>bitslab replay</c> was asked for. The first contender is BitSlab.</summary>
internal sealed record ReplayOptions(
    IReadOnlyList<string> Files,
    IReadOnlyList<Contender> Contenders,
    Setup Setup,
    bool Threads,
    bool Trims,
    int Rounds,
    string? Json);
