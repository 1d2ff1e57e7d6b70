using System.Collections.Generic;

namespace BitSlab.Cli.Tune;

/// <summary>What <c>bitslab tune</c> was asked for.</summary>
/// <param name="Files">Traces, and profiles with a histogram.</param>
/// <param name="Classes">The most classes; null for as many as the default ladder has.</param>
/// <param name="Alignment">All block sizes are multiples of it.</param>
/// <param name="MaxBlockSize">What the last class holds; requests above it are left out.</param>
/// <param name="Output">Where the profile goes; null to print its block sizes.</param>
internal sealed record TuneOptions(IReadOnlyList<string> Files, int? Classes, int Alignment, int MaxBlockSize, string? Output);
