namespace BitSlab.Core;

/// <summary>The rounds of maintenance over all allocators of the process, and when there are any.</summary>
internal static unsafe class Rounds
{
    /// <summary>Whether nobody calls <see cref="Tick"/>.</summary>
    public static bool IsTimerStopped(Reservation* reservation) => Atomic.LoadAcquire(&reservation->TimerRuns) == 0;

    /// <summary>Has the timer run: there is something to look after. No lock is held but, where a call came from there, the gate.</summary>
    public static void EnsureTimer(Reservation* reservation)
    {
        if (IsTimerStopped(reservation) && Atomic.CompareExchange(&reservation->TimerRuns, 1, 0))
        {
            reservation->Os.StartTimer();
        }
    }

    /// <summary>The timer that was to be started did not start.</summary>
    public static void TimerFailed(Reservation* reservation) => Atomic.StoreRelease(&reservation->TimerRuns, 0);

    /// <summary>One round: memory that lay idle since the last goes back to the OS, and sizes are sampled where they are learned.</summary>
    /// <returns>False when nothing is left for the next round: the timer stops.</returns>
    public static bool Tick(Reservation* reservation)
    {
        if (!CoreLock.TryEnter(&reservation->RoundLock))
        {
            return true;
        }

        bool goOn = Visit(reservation, Step.Tick);
        if (!goOn)
        {
            // Stopped before the last look. Whoever leaves something to give back behind that look sees that the timer stands, and starts it:
            // free slices change under the chunk lock, which the look takes; who pushes has a full barrier between push and look at the
            // timer; for the owner's links of slabs, which have none, this one is run on every thread.
            Atomic.CompareExchange(&reservation->TimerRuns, 0, 1);
            reservation->Os.ProcessBarrier();
            goOn = Visit(reservation, Step.Look) && Atomic.CompareExchange(&reservation->TimerRuns, 1, 0);
        }

        CoreLock.Exit(&reservation->RoundLock);
        return goOn;
    }

    /// <summary>Gives back all that can be given back at once, of all allocators: memory is short.</summary>
    public static void TrimAll(Reservation* reservation)
    {
        if (CoreLock.TryEnter(&reservation->RoundLock))
        {
            Visit(reservation, Step.Trim);
            CoreLock.Exit(&reservation->RoundLock);
        }
    }

    /// <summary>
    /// Gives back what can be given back now, of an allocator and all that descend from it. The caller holds no lock.
    /// </summary>
    /// <param name="ancestor">The allocator, which is not disposed meanwhile.</param>
    /// <param name="token">The calling thread's token; 0 when it owns no heap.</param>
    /// <returns>The bytes given back to the OS.</returns>
    public static nuint TrimFamily(Allocator* ancestor, ulong token)
    {
        Reservation* reservation = ancestor->Reservation;
        long stamp = Atomic.Add(&reservation->TrimStamp, 1);
        CoreLock.Enter(&ancestor->Gate, &reservation->Os);

        // Acquire. Children come under the gate, which is held: none is missed.
        bool alone = Atomic.LoadAcquire(&ancestor->Children) == 0;
        nuint bytes = Maintenance.Trim(ancestor, token);
        CoreLock.Exit(&ancestor->Gate);
        for (nuint i = 0; i < reservation->HighWater && !alone; i++)
        {
            Allocator* allocator = ChunkOwner(reservation, i);
            if (allocator == null || allocator == ancestor || allocator->LastTrim == stamp || !EnterGate(reservation, i, allocator))
            {
                continue;
            }

            allocator->LastTrim = stamp;
            bytes += IsWithin(allocator, ancestor) ? Maintenance.Trim(allocator, token) : 0;
            CoreLock.Exit(&allocator->Gate);
        }

        if (token != 0)
        {
            // The slabs that the caller gave up have room and are not current: its next frees there are fast ones, which tell nobody.
            EnsureTimer(reservation);
        }

        return bytes;
    }

    private enum Step
    {
        Tick,
        Look,
        Trim,
    }

    // All allocators that have chunks, each once. Whether any has, or may have, something that a later round might give back.
    private static bool Visit(Reservation* reservation, Step step)
    {
        bool any = false;
        int round = ++reservation->Round;
        for (nuint i = 0; i < reservation->HighWater; i++)
        {
            // The structure is never unmapped, and its gate is open only while an allocator lives in it: whichever it is, it may be visited.
            Allocator* allocator = ChunkOwner(reservation, i);
            if (allocator == null || allocator->LastRound == round)
            {
                continue;
            }

            if (!CoreLock.TryEnter(&allocator->Gate))
            {
                any = true;
                continue;
            }

            allocator->LastRound = round;
            any |= Run(allocator, step);
            CoreLock.Exit(&allocator->Gate);
        }

        return any;
    }

    private static bool Run(Allocator* allocator, Step step)
    {
        if (step == Step.Trim)
        {
            return Maintenance.Trim(allocator, 0) != 0;
        }

        bool any = false;
        if (allocator->GivesBackIdle)
        {
            any = step == Step.Tick ? Maintenance.Tick(allocator) : Maintenance.HasWork(allocator);
        }

        if (allocator->BurstLength != 0)
        {
            if (step == Step.Tick)
            {
                Sampling.StartBursts(allocator);
            }
            else
            {
                any |= Sampling.HasWork(allocator);
            }
        }

        return any;
    }

    // Acquire: before all that is asked of the allocator. Whether it still goes on is for its gate to say.
    private static Allocator* ChunkOwner(Reservation* reservation, nuint chunk) =>
        (Allocator*)Atomic.LoadAcquire((void**)&reservation->Chunks[chunk].Allocator);

    // Of an allocator that goes the gate stays closed, and its chunks go.
    private static bool EnterGate(Reservation* reservation, nuint chunk, Allocator* allocator)
    {
        while (!CoreLock.TryEnter(&allocator->Gate))
        {
            if (ChunkOwner(reservation, chunk) != allocator)
            {
                return false;
            }

            reservation->Os.Yield();
        }

        return true;
    }

    // Parents live as long as their children, and these as long as their gate is held.
    private static bool IsWithin(Allocator* allocator, Allocator* ancestor)
    {
        while (allocator != null && allocator != ancestor)
        {
            allocator = allocator->Parent;
        }

        return allocator != null;
    }
}
