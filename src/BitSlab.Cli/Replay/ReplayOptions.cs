using System.Collections.Generic;
using BitSlab.Traces;

namespace BitSlab.Cli.Replay;

/// <summary>What <c>bitslab replay</c> was asked for. The first contender is BitSlab.</summary>
internal sealed record ReplayOptions(
    IReadOnlyList<string> Files,
    IReadOnlyList<Contender> Contenders,
    string Preset,
    bool Threads,
    bool Trims,
    int Rounds,
    string? Json);
