using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Benchmarks.Peers;
using BitSlab.Cli.Commands;
using BitSlab.Traces;

namespace BitSlab.Benchmarks.Contenders;

/// <summary>The contenders of a run, in the order of the tables, and the peers that are missing.</summary>
internal sealed record SubjectCatalog(IReadOnlyList<Subject> Subjects, IReadOnlyList<Peer> Peers, IReadOnlyList<SkippedPeer> Skipped)
{
    private static readonly string[] s_slabs = ["bitslab", "bitslab-instance", "bitslab-handle"];

    /// <summary>Those that are BitSlab, and so have FreeBatch.</summary>
    public static bool IsBitSlab(Subject subject) => s_slabs.Contains(subject.Name);

    /// <param name="names">The contenders wanted; empty for all.</param>
    /// <param name="ownPeers">Libraries of the user's own; a bad one ends the run, while a well-known one may be missing.</param>
    public static SubjectCatalog Load(IReadOnlyList<string> names, IReadOnlyList<PeerLibrary> ownPeers)
    {
        ContenderCatalog builtIn = ContenderCatalog.For(SlabAllocatorOptions.Default);
        Subject[] always =
        [
            .. s_slabs.Append(ContenderCatalog.NativeMemoryName).Select(name => new NativeSubject(builtIn.Find(name)!)),
            new ManagedSubject<ArrayPoolSource>("arraypool"),
            new ManagedSubject<GcSource>("gc"),
        ];
        PeerLibrary[] libraries = [.. PeerLibrary.WellKnown, .. ownPeers];
        string[] known = [.. always.Select(subject => subject.Name), .. libraries.Select(library => library.Name)];
        Require(known.Distinct().Count() == known.Length, () => $"--peer: two contenders have one name ({string.Join(", ", known)}).");
        foreach (string name in names)
        {
            Require(known.Contains(name), () => $"--contenders: '{name}' is no contender; there are {string.Join(", ", known)}.");
        }

        List<Peer> peers = [];
        List<SkippedPeer> skipped = [];
        foreach (PeerLibrary library in libraries.Where(library => IsWanted(library.Name)))
        {
            if (library.TryLoad(out Peer? peer, out string reason))
            {
                peers.Add(peer);
            }
            else
            {
                Require(!ownPeers.Contains(library), () => $"--peer: {library.Name}: {reason}");
                skipped.Add(new SkippedPeer(library.Name, reason));
            }
        }

        Subject[] subjects =
        [
            .. always.Where(subject => IsWanted(subject.Name)),
            .. peers.Select((peer, slot) => new NativeSubject(PeerSlots.Occupy(slot, peer))),
        ];
        Require(subjects.Length > 0, () => "--contenders: " + string.Join("; ", skipped.Select(peer => $"{peer.Name} is missing: {peer.Reason}")));
        return new SubjectCatalog(subjects, peers, skipped);

        bool IsWanted(string name) => names.Count == 0 || names.Contains(name);
    }

    private static void Require(bool condition, Func<string> message)
    {
        if (!condition)
        {
            throw new BadInputException(message());
        }
    }
}
