using BitSlab.Explorer.Engine;

namespace BitSlab.Core;

/// <summary>
/// Stands in for the core's class of this name, member by member: each access is a step of a simulated thread. Outside a
/// run it is plain memory.
/// </summary>
internal static unsafe class Atomic
{
    public static ulong Load(ulong* word) => unchecked((ulong)Get(word, 8));

    public static void* Load(void** pointer) => (void*)Get(pointer, 8);

    public static ulong LoadAcquire(ulong* word) => unchecked((ulong)Get(word, 8));

    public static byte LoadAcquire(byte* cell) => unchecked((byte)Get(cell, 1));

    public static void* LoadAcquire(void** pointer) => (void*)Get(pointer, 8);

    public static int Load(int* cell) => unchecked((int)Get(cell, 4));

    public static int LoadAcquire(int* cell) => unchecked((int)Get(cell, 4));

    public static long Load(long* cell) => Get(cell, 8);

    public static long LoadAcquire(long* cell) => Get(cell, 8);

    public static void Store(ulong* word, ulong value) => Set(word, 8, unchecked((long)value), false);

    public static void Store(void** pointer, void* value) => Set(pointer, 8, unchecked((long)value), false);

    public static void StoreRelease(ulong* word, ulong value) => Set(word, 8, unchecked((long)value), true);

    public static void StoreRelease(byte* cell, byte value) => Set(cell, 1, value, true);

    public static void StoreRelease(void** pointer, void* value) => Set(pointer, 8, unchecked((long)value), true);

    public static void StoreRelease(long* cell, long value) => Set(cell, 8, value, true);

    public static void StoreRelease(int* cell, int value) => Set(cell, 4, value, true);

    public static ulong Or(ulong* word, ulong bits)
    {
        Update(word, "or");
        ulong old = *word;
        *word = old | bits;
        return old;
    }

    public static ulong Exchange(ulong* word, ulong value)
    {
        Update(word, "exchange");
        ulong old = *word;
        *word = value;
        return old;
    }

    public static void* Exchange(void** pointer, void* value)
    {
        Update(pointer, "exchange");
        void* old = *pointer;
        *pointer = value;
        return old;
    }

    public static bool CompareExchange(ulong* word, ulong value, ulong expected)
    {
        Update(word, "compare-exchange");
        bool done = *word == expected;
        *word = done ? value : *word;
        return done;
    }

    public static bool CompareExchange(void** pointer, void* value, void* expected)
    {
        Update(pointer, "compare-exchange");
        bool done = *pointer == expected;
        *pointer = done ? value : *pointer;
        return done;
    }

    public static bool CompareExchange(int* cell, int value, int expected)
    {
        Update(cell, "compare-exchange");
        bool done = *cell == expected;
        *cell = done ? value : *cell;
        return done;
    }

    public static long Add(long* cell, long value)
    {
        Update(cell, "add");
        return *cell += value;
    }

    // What .NET does not have; mutations take the barrier out of an update with these.

    public static ulong OrWithoutBarrier(ulong* word, ulong bits)
    {
        SimulatedThread.Current!.BeforeUpdate(word, "or without barrier", fence: false);
        ulong old = *word;
        *word = old | bits;
        return old;
    }

    public static bool CompareExchangeWithoutBarrier(void** pointer, void* value, void* expected)
    {
        SimulatedThread.Current!.BeforeUpdate(pointer, "compare-exchange without barrier", fence: false);
        bool done = *pointer == expected;
        *pointer = done ? value : *pointer;
        return done;
    }

    public static void Fence() => SimulatedThread.Current?.Fence();

    private static long Get(void* cell, int size) => SimulatedThread.Current!.Load(cell, size);

    private static void Set(void* cell, int size, long value, bool release) =>
        SimulatedThread.Current!.Store(cell, size, value, release);

    private static void Update(void* cell, string what) => SimulatedThread.Current!.BeforeUpdate(cell, what);
}
