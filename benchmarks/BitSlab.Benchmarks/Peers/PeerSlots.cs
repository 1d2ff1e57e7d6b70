using System;
using BitSlab.Cli.Commands;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Peers;

/// <summary>
/// Types that stand for the loaded peers. A generic contender is compiled apart for each of them, so that each peer's functions
/// are constants in its code.
/// </summary>
internal static class PeerSlots
{
    private struct Slot0;

    private struct Slot1;

    private struct Slot2;

    private struct Slot3;

    private struct Slot4;

    private struct Slot5;

    private struct Slot6;

    private struct Slot7;

    private static readonly Func<Peer, Contender>[] s_slots =
    [
        Occupy<Slot0>, Occupy<Slot1>, Occupy<Slot2>, Occupy<Slot3>, Occupy<Slot4>, Occupy<Slot5>, Occupy<Slot6>, Occupy<Slot7>,
    ];

    /// <summary>The contender of a peer. A slot holds the first peer it is given: its functions are read once.</summary>
    public static Contender Occupy(int slot, Peer peer) => slot < s_slots.Length
        ? s_slots[slot](peer)
        : throw new BadInputException($"--peer: {peer.Name}: there is room for {s_slots.Length} libraries.");

    private static Contender<PeerContender<TSlot>> Occupy<TSlot>(Peer peer)
        where TSlot : struct
    {
        PeerSlot<TSlot>.Exports ??= peer.Exports;
        return new Contender<PeerContender<TSlot>>(peer.Name);
    }
}

/// <summary>What a slot holds; set before <see cref="PeerContender{TSlot}"/> is first used.</summary>
internal static class PeerSlot<TSlot>
    where TSlot : struct
{
    public static PeerExports? Exports { get; set; }
}
