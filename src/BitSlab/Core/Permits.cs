namespace BitSlab.Core;

/// <summary>
/// The account of committed bytes: permits are taken before slices, large blocks and metadata come into use, and return when they are back
/// with the OS. An allocator's permits are its ancestors', too: children share their parent's budget.
/// </summary>
internal static unsafe class Permits
{
    /// <summary>Values of <see cref="Allocator.SoftState"/>; others are who is just telling, see <see cref="Teller"/>.</summary>
    public const ulong Below = 0;

    /// <summary>The limit would be crossed: the allocation that found it has left, to tell, and so may any other.</summary>
    public const ulong ToBeTold = 1;

    /// <summary>Told, and not yet below again.</summary>
    public const ulong Above = 2;

    /// <summary>Takes permits for bytes; false, and nothing taken, when that would pass a limit.</summary>
    public static bool TryTake(Allocator* allocator, long bytes)
    {
        if (allocator->Parent == null)
        {
            return TryTakeHere(allocator, bytes);
        }

        // One child at a time, or what one takes in vain on one level could make another fail on that level. Only the root's own
        // allocations come in between: it is last to be asked, and can say no.
        Allocator* root = allocator->Root;
        CoreLock.Enter(&root->FamilyLock, &root->Reservation->Os);
        bool fits = true;
        for (Allocator* level = allocator; level != root && fits; level = level->Parent)
        {
            // Acquire: in one piece. Under the lock it can only become less.
            fits = bytes <= level->Limit - Atomic.LoadAcquire(&level->Committed);
        }

        fits = fits && TryTakeHere(root, bytes);
        if (fits)
        {
            // A counter: atomic, since returns come without the lock; it orders nothing.
            Atomic.Add(&root->ChildBytes, bytes);
            for (Allocator* level = allocator; level != root; level = level->Parent)
            {
                Add(level, bytes, level != allocator);
            }
        }

        CoreLock.Exit(&root->FamilyLock);
        return fits;
    }

    /// <summary>Takes permits for what is there already, whether or not they fit: the OS keeps pages that it was to take.</summary>
    public static void Force(Allocator* allocator, long bytes)
    {
        for (Allocator* level = allocator; level != null; level = level->Parent)
        {
            Add(level, bytes, level != allocator);
        }
    }

    /// <summary>Returns permits.</summary>
    public static void Return(Allocator* allocator, long bytes)
    {
        for (Allocator* level = allocator; level != null; level = level->Parent)
        {
            Add(level, -bytes, level != allocator);

            // Full barriers on both sides: either this sees that the crossing was told, or the teller that it is over.
            if (Atomic.LoadAcquire(&level->SoftState) == Above)
            {
                EndCrossing(level);
            }
        }
    }

    /// <summary>Returns the permits of pages that went back to the OS.</summary>
    /// <param name="allocator">Whose they were.</param>
    /// <param name="permits">The permits, in bytes.</param>
    /// <param name="pageBytes">The pages, in bytes.</param>
    public static void ReturnWithPages(Allocator* allocator, long permits, long pageBytes)
    {
        Return(allocator, permits);
        Atomic.Add(&allocator->Returned, pageBytes);
        if (pageBytes != 0)
        {
            // Whoever waits for memory tries again for this: not for chunks that had no pages.
            Atomic.Add(&allocator->Root->GiveBacks, 1);
        }
    }

    /// <summary>A range is on its way to the OS, its permits come back when it is there. Whoever is short may wait for them.</summary>
    public static void BeginReturn(Allocator* allocator) => Atomic.Add(&allocator->Root->Returning, 1);

    public static void EndReturn(Allocator* allocator) => Atomic.Add(&allocator->Root->Returning, -1);

    /// <summary>
    /// Whether so many bytes more would cross the soft limit of the allocator or of an ancestor, which nobody has been told of. The caller
    /// then gives up with <see cref="AllocStatus.SoftLimitReached"/>, and the layer above tells and tries again.
    /// </summary>
    public static bool WouldCrossSoftLimit(Allocator* allocator, long bytes)
    {
        for (Allocator* level = allocator; level != null; level = level->Parent)
        {
            // Full barrier: of several that would cross one leaves to tell.
            if (Atomic.LoadAcquire(&level->SoftState) == Below
                && bytes > level->SoftLimit - Atomic.LoadAcquire(&level->Committed)
                && Atomic.CompareExchange(&level->SoftState, ToBeTold, Below))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value for one telling, by its number. None of the constants, and each its own: a callback's allocations may tell of others.</summary>
    public static ulong Teller(ulong number) => (number << 2) | 3;

    /// <summary>Whether a soft limit of the allocator or of an ancestor is to be told of.</summary>
    public static bool IsTellingDue(Allocator* allocator)
    {
        bool due = false;
        for (Allocator* level = allocator; level != null; level = level->Parent)
        {
            // A look: who tells claims it by compare-and-swap.
            due |= Atomic.LoadAcquire(&level->SoftState) == ToBeTold;
        }

        return due;
    }

    /// <summary>The nearest level whose soft limit the caller has to tell of now; null when there is none.</summary>
    public static Allocator* BeginTelling(Allocator* allocator, ulong teller)
    {
        for (Allocator* level = allocator; level != null; level = level->Parent)
        {
            if (Atomic.LoadAcquire(&level->SoftState) == ToBeTold && Atomic.CompareExchange(&level->SoftState, teller, ToBeTold))
            {
                return level;
            }
        }

        return null;
    }

    /// <summary>What the teller told of a level is over: the limit has been crossed, or it was not after all.</summary>
    public static void EndTelling(Allocator* level, ulong teller)
    {
        if (Atomic.LoadAcquire(&level->SoftState) == teller && Atomic.CompareExchange(&level->SoftState, Above, teller))
        {
            EndCrossing(level);
        }
    }

    /// <summary>Whether a request is above the limit of some level even with nothing else there.</summary>
    public static bool IsAboveLimit(Allocator* allocator, nuint bytes)
    {
        bool above = false;
        for (Allocator* level = allocator; level != null; level = level->Parent)
        {
            above |= bytes > (ulong)level->Limit;
        }

        return above;
    }

    private static void EndCrossing(Allocator* level)
    {
        // A look; the crossing ends once, by the compare-and-swap.
        if (Atomic.LoadAcquire(&level->Committed) <= level->SoftLimit)
        {
            Atomic.CompareExchange(&level->SoftState, Below, Above);
        }
    }

    private static bool TryTakeHere(Allocator* allocator, long bytes)
    {
        // Added only if it fits: a hopeless request must not make another one fail. No overflow: no request passes 2^46.
        long seen;

        // A counter with a limit: the compare-and-swap lets nobody beyond it. It orders nothing.
        do
        {
            seen = Atomic.LoadAcquire(&allocator->Committed);
            if (bytes > allocator->Limit - seen)
            {
                return false;
            }
        }
        while (!Atomic.CompareExchange((ulong*)&allocator->Committed, (ulong)(seen + bytes), (ulong)seen));

        return true;
    }

    private static void Add(Allocator* level, long bytes, bool ofChild)
    {
        // Counters: atomic so that none is lost; they order nothing.
        Atomic.Add(&level->Committed, bytes);
        if (ofChild)
        {
            Atomic.Add(&level->ChildBytes, bytes);
        }
    }
}
