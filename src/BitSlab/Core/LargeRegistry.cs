using System.Runtime.InteropServices;

namespace BitSlab.Core;

/// <summary>A block that stands outside the reservation.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LargeBlock
{
    /// <summary>What the user holds; 0 in an empty slot of the table.</summary>
    public nuint Address;
    public nuint UsableBytes;

    /// <summary>The mapping that the block lies in; no bytes when it came from malloc.</summary>
    public void* Mapping;
    public nuint MappingBytes;
    public Allocator* Allocator;
}

/// <summary>How far a sweep over the registry has come.</summary>
internal struct LargeSweep
{
    public int Stripe;
    public int Slot;
    public bool FoundInStripe;
}

/// <summary>
/// Which addresses outside the reservation are ours: hash tables by address, in stripes with a lock each. Stripes are
/// leaves in the order of locks, and no OS call runs under one.
/// </summary>
internal unsafe struct LargeRegistry
{
    private const int StripeShift = 4;
    public const int StripeCount = 1 << StripeShift;
    private const int StripeWords = 64;

    /// <summary>How many addresses that left a stripe are remembered, to tell a double free from an unknown address.</summary>
    private const int RecentCount = 24;

    private const int InitialCapacity = 64;

    private fixed ulong _stripes[StripeCount * StripeWords];

    [StructLayout(LayoutKind.Explicit, Size = StripeWords * sizeof(ulong))]
    private struct Stripe
    {
        [FieldOffset(0)]
        public int Lock;

        [FieldOffset(4)]
        public int Count;

        /// <summary>A power of two, or 0 before the first block. At most three quarters are in use.</summary>
        [FieldOffset(8)]
        public int Capacity;

        [FieldOffset(12)]
        public int NextRecent;

        [FieldOffset(16)]
        public LargeBlock* Table;

        [FieldOffset(24)]
        public fixed ulong RecentAddresses[RecentCount];

        [FieldOffset(24 + (RecentCount * 8))]
        public fixed int RecentStatus[RecentCount];
    }

    /// <summary>Takes all stripes' locks.</summary>
    public static void EnterAll(Reservation* reservation)
    {
        for (int i = 0; i < StripeCount; i++)
        {
            CoreLock.Enter(&StripeAt(reservation, i)->Lock, &reservation->Os);
        }
    }

    public static void ExitAll(Reservation* reservation)
    {
        for (int i = 0; i < StripeCount; i++)
        {
            CoreLock.Exit(&StripeAt(reservation, i)->Lock);
        }
    }

    /// <summary>Registers a block; false when memory for the table is refused.</summary>
    public static bool Add(Reservation* reservation, LargeBlock block)
    {
        Stripe* stripe = StripeOf(reservation, block.Address);
        while (true)
        {
            CoreLock.Enter(&stripe->Lock, &reservation->Os);
            if ((stripe->Count + 1) * 4 <= stripe->Capacity * 3)
            {
                Insert(stripe->Table, stripe->Capacity, block);
                stripe->Count++;
                Forget(stripe, block.Address);
                CoreLock.Exit(&stripe->Lock);
                return true;
            }

            int capacity = stripe->Capacity == 0 ? InitialCapacity : stripe->Capacity * 2;
            CoreLock.Exit(&stripe->Lock);
            if (!Grow(reservation, stripe, capacity))
            {
                return false;
            }
        }
    }

    /// <summary>Looks a block up, and on request takes it out. <see cref="BlockStatus.Live"/> when it is there.</summary>
    public static BlockStatus Find(Reservation* reservation, nuint address, Allocator* expected, bool remove, LargeBlock* block)
    {
        Stripe* stripe = StripeOf(reservation, address);
        BlockStatus status = BlockStatus.UnknownPointer;
        CoreLock.Enter(&stripe->Lock, &reservation->Os);
        int slot = SlotOf(stripe, address);
        if (slot >= 0)
        {
            *block = stripe->Table[slot];
            status = expected != null && expected != block->Allocator ? BlockStatus.OtherAllocator : BlockStatus.Live;
            if (remove && status == BlockStatus.Live)
            {
                RemoveAt(stripe, slot);
                Remember(stripe, address, BlockStatus.DoubleFree);
            }
        }
        else
        {
            for (int i = 0; i < RecentCount; i++)
            {
                if (stripe->RecentAddresses[i] == address)
                {
                    status = (BlockStatus)stripe->RecentStatus[i];
                }
            }
        }

        CoreLock.Exit(&stripe->Lock);
        return status == BlockStatus.UnknownPointer && IsInside(reservation, address) ? BlockStatus.InteriorPointer : status;
    }

    /// <summary>Takes out the next block of an allocator that is reset or disposed; false when there is none left.</summary>
    public static bool TakeNext(Reservation* reservation, Allocator* allocator, LargeSweep* sweep, LargeBlock* block)
    {
        while (sweep->Stripe < StripeCount)
        {
            Stripe* stripe = StripeAt(reservation, sweep->Stripe);
            bool found = false;
            CoreLock.Enter(&stripe->Lock, &reservation->Os);
            for (; sweep->Slot < stripe->Capacity && !found; sweep->Slot += found ? 0 : 1)
            {
                LargeBlock* candidate = stripe->Table + sweep->Slot;
                found = candidate->Address != 0 && candidate->Allocator == allocator;
                if (found)
                {
                    // The slot is looked at again: removal may have moved another entry into it.
                    *block = *candidate;
                    RemoveAt(stripe, sweep->Slot);
                    Remember(stripe, block->Address, BlockStatus.StaleBlock);
                    sweep->FoundInStripe = true;
                }
            }

            CoreLock.Exit(&stripe->Lock);
            if (found)
            {
                return true;
            }

            // Removal may also have moved entries over the table's end, from where the sweep had not been to where it had:
            // only a round that finds nothing is the last.
            sweep->Slot = 0;
            sweep->Stripe += sweep->FoundInStripe ? 0 : 1;
            sweep->FoundInStripe = false;
        }

        return false;
    }

    /// <summary>
    /// The registered blocks of an allocator in one stripe with the lowest addresses above <paramref name="after"/>, in their order:
    /// for a walk that holds no lock between its steps.
    /// </summary>
    /// <returns>How many were found; fewer than <paramref name="capacity"/> at the stripe's end.</returns>
    public static int Lowest(
        Reservation* reservation, Allocator* allocator, int stripeIndex, nuint after, ulong* addresses, ulong* bytes, int capacity)
    {
        Stripe* stripe = StripeAt(reservation, stripeIndex);
        int count = 0;
        CoreLock.Enter(&stripe->Lock, &reservation->Os);
        for (int i = 0; i < stripe->Capacity; i++)
        {
            LargeBlock* block = stripe->Table + i;
            if (block->Allocator != allocator || block->Address <= after || (count == capacity && block->Address >= addresses[count - 1]))
            {
                continue;
            }

            int place = count < capacity ? count++ : count - 1;
            for (; place > 0 && addresses[place - 1] > block->Address; place--)
            {
                addresses[place] = addresses[place - 1];
                bytes[place] = bytes[place - 1];
            }

            addresses[place] = block->Address;
            bytes[place] = block->UsableBytes;
        }

        CoreLock.Exit(&stripe->Lock);
        return count;
    }

    /// <summary>Forgets what stood in a range that a chunk takes: from now on the chunk's table knows better.</summary>
    public static void ForgetRange(Reservation* reservation, nuint from, nuint bytes)
    {
        for (int s = 0; s < StripeCount; s++)
        {
            Stripe* stripe = StripeAt(reservation, s);
            CoreLock.Enter(&stripe->Lock, &reservation->Os);
            for (int i = 0; i < RecentCount; i++)
            {
                if (unchecked(stripe->RecentAddresses[i] - from) < bytes)
                {
                    stripe->RecentAddresses[i] = 0;
                }
            }

            CoreLock.Exit(&stripe->Lock);
        }
    }

    // Only for an address that is about to be refused: no hurry.
    private static bool IsInside(Reservation* reservation, nuint address)
    {
        bool inside = false;
        for (int s = 0; s < StripeCount && !inside; s++)
        {
            Stripe* stripe = StripeAt(reservation, s);
            CoreLock.Enter(&stripe->Lock, &reservation->Os);
            for (int i = 0; i < stripe->Capacity && !inside; i++)
            {
                LargeBlock* block = stripe->Table + i;
                inside = block->Address != 0 && address > block->Address && address - block->Address < block->UsableBytes;
            }

            CoreLock.Exit(&stripe->Lock);
        }

        return inside;
    }

    private static bool Grow(Reservation* reservation, Stripe* stripe, int capacity)
    {
        nuint bytes = TableBytes(reservation, capacity);
        LargeBlock* table = (LargeBlock*)reservation->Os.Reserve(bytes);
        if (table == null)
        {
            return false;
        }

        if (!reservation->Os.Commit(table, bytes))
        {
            reservation->Os.Release(table, bytes);
            return false;
        }

        CoreLock.Enter(&stripe->Lock, &reservation->Os);
        LargeBlock* surplus = table;
        int surplusCapacity = capacity;
        if (stripe->Capacity < capacity)
        {
            for (int i = 0; i < stripe->Capacity; i++)
            {
                if (stripe->Table[i].Address != 0)
                {
                    Insert(table, capacity, stripe->Table[i]);
                }
            }

            surplus = stripe->Table;
            surplusCapacity = stripe->Capacity;
            stripe->Table = table;
            stripe->Capacity = capacity;
        }

        CoreLock.Exit(&stripe->Lock);
        if (surplus != null)
        {
            reservation->Os.Release(surplus, TableBytes(reservation, surplusCapacity));
        }

        return true;
    }

    private static nuint TableBytes(Reservation* reservation, int capacity) =>
        Reservation.RoundUp((nuint)capacity * (nuint)sizeof(LargeBlock), reservation->Os.PageSize);

    // Linear probing.
    private static void Insert(LargeBlock* table, int capacity, LargeBlock block)
    {
        int slot = HomeOf(block.Address, capacity);
        while (table[slot].Address != 0)
        {
            slot = (slot + 1) & (capacity - 1);
        }

        table[slot] = block;
    }

    private static int SlotOf(Stripe* stripe, nuint address)
    {
        if (stripe->Capacity == 0)
        {
            return -1;
        }

        int slot = HomeOf(address, stripe->Capacity);
        while (stripe->Table[slot].Address != address)
        {
            if (stripe->Table[slot].Address == 0)
            {
                return -1;
            }

            slot = (slot + 1) & (stripe->Capacity - 1);
        }

        return slot;
    }

    // Moves later entries of the run back, so that no search ends too early: no tombstones.
    private static void RemoveAt(Stripe* stripe, int slot)
    {
        int mask = stripe->Capacity - 1;
        int hole = slot;
        int next = (slot + 1) & mask;
        while (stripe->Table[next].Address != 0)
        {
            int home = HomeOf(stripe->Table[next].Address, stripe->Capacity);
            if (((next - home) & mask) >= ((next - hole) & mask))
            {
                stripe->Table[hole] = stripe->Table[next];
                hole = next;
            }

            next = (next + 1) & mask;
        }

        stripe->Table[hole] = default;
        stripe->Count--;
    }

    private static void Remember(Stripe* stripe, nuint address, BlockStatus status)
    {
        stripe->RecentAddresses[stripe->NextRecent] = address;
        stripe->RecentStatus[stripe->NextRecent] = (int)status;
        stripe->NextRecent = (stripe->NextRecent + 1) % RecentCount;
    }

    private static void Forget(Stripe* stripe, nuint address)
    {
        for (int i = 0; i < RecentCount; i++)
        {
            if (stripe->RecentAddresses[i] == address)
            {
                stripe->RecentAddresses[i] = 0;
            }
        }
    }

    private static Stripe* StripeAt(Reservation* reservation, int index) =>
        (Stripe*)(reservation->Large._stripes + (index * StripeWords));

    private static Stripe* StripeOf(Reservation* reservation, nuint address) =>
        StripeAt(reservation, (int)(Hash(address) >> (64 - StripeShift)));

    private static int HomeOf(nuint address, int capacity) => unchecked((int)(Hash(address) >> 20) & (capacity - 1));

    // Fibonacci hashing: 2^64 divided by the golden ratio; addresses are multiples of 16.
    private static ulong Hash(nuint address) => unchecked((address >> 4) * 0x9E37_79B9_7F4A_7C15);
}
