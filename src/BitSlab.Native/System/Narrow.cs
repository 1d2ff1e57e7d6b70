// What is an instruction on processors of 64 bits, and a call of C where registers have 32: Shim/narrow.c. Elsewhere nothing refers to it.
#pragma warning disable // names and shapes are prescribed by the compiler

namespace System
{
    using System.Runtime;
    using System.Runtime.CompilerServices;

    internal static class Narrow
    {
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_trailing_zeros")]
        public static extern int TrailingZeros(ulong value);

        // One access each, never two halves.
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_load_64")]
        public static extern ulong Load(ref ulong location);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_load_64")]
        public static extern long Load(ref long location);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_store_64")]
        public static extern void Store(ref ulong location, ulong value);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_store_64")]
        public static extern void Store(ref long location, long value);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_exchange_64")]
        public static extern ulong Exchange(ref ulong location, ulong value);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_exchange_32")]
        public static extern nint Exchange(ref nint location, nint value);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_compare_exchange_64")]
        public static extern ulong CompareExchange(ref ulong location, ulong value, ulong comparand);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_compare_exchange_32")]
        public static extern int CompareExchange(ref int location, int value, int comparand);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_compare_exchange_32")]
        public static extern nint CompareExchange(ref nint location, nint value, nint comparand);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_exchange_add_64")]
        public static extern long ExchangeAdd(ref long location, long value);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_fence")]
        public static extern void Fence();
    }

    // Found by name.
    internal static class Math
    {
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_divide_32")]
        private static extern uint DivUInt32(uint dividend, uint divisor);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_modulo_32")]
        private static extern uint ModUInt32(uint dividend, uint divisor);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_divide_64")]
        private static extern ulong DivUInt64(ulong dividend, ulong divisor);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_modulo_64")]
        private static extern ulong ModUInt64(ulong dividend, ulong divisor);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_divide_s32")]
        private static extern int DivInt32(int dividend, int divisor);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_modulo_s32")]
        private static extern int ModInt32(int dividend, int divisor);
    }
}
