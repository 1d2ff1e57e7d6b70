using System.Collections.Generic;
using BitSlab.Cli.Commands;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>What <c>bitslab queue</c> was asked for. The first contender is BitSlab.</summary>
internal sealed record QueueOptions(
    int Events,
    IReadOnlyList<int> Lengths,
    int MaxSize,
    IReadOnlyList<Contender> Contenders,
    Setup Setup,
    bool Threads,
    int Rounds,
    string? Json);
