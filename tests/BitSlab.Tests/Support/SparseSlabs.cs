using System;
using System.Collections.Generic;
using System.Linq;
using BitSlab.Threads;

namespace BitSlab.Tests.Support;

/// <summary>Who frees what makes a slab sparse.</summary>
public enum Freer
{
    Owner,
    Other,
    Both,
    AfterOwnerEnded,
}

/// <summary>Slabs of which little lives.</summary>
/// <param name="All">Those that nobody allocates from.</param>
/// <param name="Current">The one that was allocated from last.</param>
internal sealed record SparseSlabs(List<SlabOf> All, SlabOf Current)
{
    /// <summary>Fills six slabs, or three large ones, on the owner's thread (null: this one), and frees all but one block in some pages, and the first of each slab.</summary>
    public static SparseSlabs Make(Subject subject, Worker? owner, int size, Freer freer, List<nint> live)
    {
        Action<Action> byOwner = owner == null ? step => step() : owner.Run;
        List<nint> blocks = [];
        byOwner(() =>
        {
            nint first = Filled(subject, size);
            blocks.Add(first);
            SlabOf slab = SlabOf.Block(first);
            int count = slab.BlockCount * (slab.Slices > 8 ? 3 : 6);
            while (blocks.Count < count)
            {
                blocks.Add(Filled(subject, size));
            }
        });

        // Nobody else's are between them: the slabs come one after the other.
        SlabOf[] slabs = [.. blocks.Select(SlabOf.Block).Distinct()];
        SlabOf current = SlabOf.Block(blocks[^1]);
        int step = int.Max(2, 3 * Pages.Size / size);
        int index = 0;
        List<nint> free = [];
        for (int i = 0; i < blocks.Count; i++)
        {
            index = i > 0 && SlabOf.Block(blocks[i]) == SlabOf.Block(blocks[i - 1]) ? index + 1 : 0;
            (index % step == 0 ? live : free).Add(blocks[i]);
        }

        nint[] ofOwner = [.. free.Where((_, i) => freer == Freer.Owner || (freer == Freer.Both && i % 3 == 0))];
        nint[] ofOther = [.. free.Except(ofOwner)];
        byOwner(() => subject.FreeBatch(ofOwner));
        if (freer == Freer.AfterOwnerEnded)
        {
            owner!.Dispose();
            ThreadRegistry.OrphanHeapsOfDeadThreads();
        }

        subject.FreeBatch(ofOther);
        return new SparseSlabs(freer == Freer.AfterOwnerEnded ? [.. slabs] : [.. slabs.Where(slab => slab != current)], current);
    }

    private static nint Filled(Subject subject, int size)
    {
        nint block = subject.Alloc((nuint)size);
        Pattern.Fill(block, (nuint)size, Pattern.SeedOf(block));
        return block;
    }
}
