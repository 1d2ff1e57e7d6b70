// The least of System that the core's source files need, written anew: with this and the C# compiler alone they compile, and the IL compiler makes
// native code of them. What says Intrinsic is an instruction; bodies are real elsewhere.
#pragma warning disable // names and shapes are prescribed by the language and the framework

namespace System
{
    public class Object { }
    public abstract class ValueType { }
    public abstract class Enum : ValueType { }
    public abstract class Attribute { }
    public sealed class String { public int Length; }

    // For literals of bytes: data of the assembly. (Those of characters would be objects, which a runtime has to make.)
    public readonly unsafe ref struct ReadOnlySpan<T>
    {
        private readonly T* _first;
        public readonly int Length;

        public ReadOnlySpan(void* first, int length)
        {
            _first = (T*)first;
            Length = length;
        }

        // The language asks for it; nobody calls it.
        public ReadOnlySpan(T[] array, int start, int length)
        {
            _first = null;
            Length = 0;
        }

        public T this[int index] => _first[index];
    }

    public abstract class Array { }
    public abstract class Delegate { }
    public abstract class MulticastDelegate : Delegate { }
    public struct Void { }
    public struct Boolean { }
    public struct Char { }
    public struct SByte { }
    public struct Byte { }
    public struct Int16 { }
    public struct UInt16 { }
    public struct Int32 { public const int MaxValue = 0x7fffffff; public static int Min(int a, int b) => a < b ? a : b; public static int Max(int a, int b) => a > b ? a : b; }
    public struct UInt32
    {
        public static uint Min(uint a, uint b) => a < b ? a : b;
        public static uint Max(uint a, uint b) => a > b ? a : b;
    }

    public struct Int64 { public const long MaxValue = 0x7fffffffffffffff; }
    public struct UInt64 { public const ulong MaxValue = 0xffffffffffffffff; }
    public struct Single { }
    public struct Double { }
    public struct IntPtr { }
    public struct UIntPtr { public static nuint MaxValue => unchecked((nuint)(-1)); }
    public struct RuntimeTypeHandle { }
    public struct RuntimeMethodHandle { }
    public struct RuntimeFieldHandle { }
    public class Type { }
    public class RuntimeType : Type { }
    public class Exception { }
    public sealed class ParamArrayAttribute : Attribute { }
    public enum AttributeTargets { All = 32767 }
    public sealed class AttributeUsageAttribute : Attribute
    {
        public AttributeUsageAttribute(AttributeTargets targets) { }
        public bool AllowMultiple { get; set; }
        public bool Inherited { get; set; }
    }
    public sealed class FlagsAttribute : Attribute { }
}

namespace System
{
    using System.Runtime;
    using System.Runtime.CompilerServices;

    // What compiled code calls to copy and clear.
    internal static unsafe class SpanHelpers
    {
        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_os_copy")]
        private static extern void Copy(void* target, void* source, nuint bytes);

        [MethodImpl(MethodImplOptions.InternalCall)]
        [RuntimeImport("*", "bs_os_fill")]
        private static extern void Fill(void* target, int value, nuint bytes);

        private static void Memmove(ref byte target, ref byte source, nuint bytes)
        {
            fixed (byte* to = &target, from = &source)
            {
                Copy(to, from, bytes);
            }
        }

        private static void ClearWithoutReferences(ref byte target, nuint bytes) => Fill(ref target, 0, bytes);

        private static void Fill(ref byte target, byte value, nuint bytes)
        {
            fixed (byte* to = &target)
            {
                Fill(to, value, bytes);
            }
        }
    }
}

namespace System.Runtime.CompilerServices
{
    public enum MethodImplOptions { NoInlining = 8, AggressiveInlining = 256, InternalCall = 4096 }
    public sealed class IntrinsicAttribute : Attribute { }
    public static class RuntimeHelpers { }
    public sealed class MethodImplAttribute : Attribute { public MethodImplAttribute(MethodImplOptions options) { } }
    public sealed class FixedBufferAttribute : Attribute { public FixedBufferAttribute(Type type, int length) { } }
    public sealed class UnsafeValueTypeAttribute : Attribute { }
    public sealed class IsReadOnlyAttribute : Attribute { }
    public sealed class CompilerGeneratedAttribute : Attribute { }
    public sealed class IsVolatile { }
    public static class RuntimeFeature
    {
        public const string UnmanagedSignatureCallingConvention = nameof(UnmanagedSignatureCallingConvention);
    }
}

namespace System.Runtime.InteropServices
{
    public enum LayoutKind { Sequential = 0, Explicit = 2, Auto = 3 }
    public sealed class StructLayoutAttribute : Attribute
    {
        public StructLayoutAttribute(LayoutKind kind) { }
        public int Size;
        public int Pack;
    }
    public sealed class InAttribute : Attribute { }
    public sealed class FieldOffsetAttribute : Attribute { public FieldOffsetAttribute(int offset) { } }
}

namespace System.Reflection
{
    public sealed class DefaultMemberAttribute : Attribute { public DefaultMemberAttribute(string name) { } }
}

namespace System.Numerics
{
    using System.Runtime.CompilerServices;

    public static class BitOperations
    {
        public static int PopCount(ulong value)
        {
            int count = 0;
            for (; value != 0; value &= value - 1)
            {
                count++;
            }

            return count;
        }

        [Intrinsic] public static int TrailingZeroCount(ulong value) => Narrow.TrailingZeros(value);
        [Intrinsic] public static int TrailingZeroCount(uint value) => Narrow.TrailingZeros(value);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint RotateRight(uint value, int offset) => (value >> (offset & 31)) | (value << ((32 - offset) & 31));

        public static int Log2(uint value)
        {
            int log = 0;
            while ((value >>= 1) != 0)
            {
                log++;
            }

            return log;
        }
    }
}

namespace System.Runtime.Intrinsics.X86
{
    public abstract class Bmi1
    {
        public abstract class X64
        {
            public static bool IsSupported => false;
            public static ulong TrailingZeroCount(ulong value) => 0;
        }
    }
}

namespace System.Threading
{
    using System.Runtime.CompilerServices;

    public static class Volatile
    {
        [Intrinsic] public static extern byte Read(ref byte location);
        [Intrinsic] public static extern int Read(ref int location);
        [Intrinsic] public static long Read(ref long location) => Narrow.Load(ref location);
        [Intrinsic] public static ulong Read(ref ulong location) => Narrow.Load(ref location);
        [Intrinsic] public static extern nint Read(ref nint location);
        [Intrinsic] public static extern void Write(ref byte location, byte value);
        [Intrinsic] public static extern void Write(ref int location, int value);
        [Intrinsic] public static void Write(ref long location, long value) => Narrow.Store(ref location, value);
        [Intrinsic] public static void Write(ref ulong location, ulong value) => Narrow.Store(ref location, value);
        [Intrinsic] public static extern void Write(ref nint location, nint value);
    }

    public static class Interlocked
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
        public static ulong Or(ref ulong location, ulong value)
        {
            while (true)
            {
                ulong seen = Volatile.Read(ref location);
                if (CompareExchange(ref location, seen | value, seen) == seen)
                {
                    return seen;
                }
            }
        }

        [Intrinsic] public static ulong Exchange(ref ulong location, ulong value) => Narrow.Exchange(ref location, value);
        [Intrinsic] public static nint Exchange(ref nint location, nint value) => Narrow.Exchange(ref location, value);
        [Intrinsic] public static int CompareExchange(ref int location, int value, int comparand) => Narrow.CompareExchange(ref location, value, comparand);
        [Intrinsic] public static ulong CompareExchange(ref ulong location, ulong value, ulong comparand) => Narrow.CompareExchange(ref location, value, comparand);
        [Intrinsic] public static nint CompareExchange(ref nint location, nint value, nint comparand) => Narrow.CompareExchange(ref location, value, comparand);
        [Intrinsic] public static long ExchangeAdd(ref long location, long value) => Narrow.ExchangeAdd(ref location, value);
        public static long Add(ref long location, long value) => ExchangeAdd(ref location, value) + value;
        [Intrinsic] public static void MemoryBarrier() => Narrow.Fence();
    }
}

namespace System.Runtime
{
    using System.Runtime.CompilerServices;

    /// <summary>A method that C calls by this name.</summary>
    public sealed class RuntimeExportAttribute : Attribute { public RuntimeExportAttribute(string name) { } }

    /// <summary>A C function, called like a method.</summary>
    public sealed class RuntimeImportAttribute : Attribute { public RuntimeImportAttribute(string library, string name) { } }

    // What compiled code may refer to where there is a garbage collector or a cast. There is none of either here.
    internal static unsafe class NoRuntime
    {
        [RuntimeExport("RhpReversePInvoke")] private static void ReversePInvoke(void* frame) { }
        [RuntimeExport("RhpReversePInvokeReturn")] private static void ReversePInvokeReturn(void* frame) { }
        [RuntimeExport("RhpPInvoke")] private static void PInvoke(void* frame) { }
        [RuntimeExport("RhpPInvokeReturn")] private static void PInvokeReturn(void* frame) { }
        [RuntimeExport("RhpGcPoll")] private static void GcPoll() { }
        [RuntimeExport("RhpAssignRef")] private static void AssignRef(void** target, void* value) { *target = value; }
        [RuntimeExport("RhpCheckedAssignRef")] private static void CheckedAssignRef(void** target, void* value) { *target = value; }
    }

    internal static class TypeCast { }
}

namespace Internal.Runtime.CompilerHelpers
{
    // Where compiled code would throw: an index out of range, a division by zero, an overflow. The core does nothing of the kind.
    internal static class ThrowHelpers
    {
        private static void ThrowInvalidProgramException(int id) { while (true) { } }
        private static void ThrowInvalidProgramExceptionWithArgument(int id, string name) { while (true) { } }
        private static void ThrowOverflowException() { while (true) { } }
        private static void ThrowIndexOutOfRangeException() { while (true) { } }
        private static void ThrowNullReferenceException() { while (true) { } }
        private static void ThrowDivideByZeroException() { while (true) { } }
        private static void ThrowArgumentException() { while (true) { } }
        private static void ThrowArgumentOutOfRangeException() { while (true) { } }
        private static void ThrowPlatformNotSupportedException() { while (true) { } }
        private static void ThrowTypeLoadException(int id, string type, string name) { while (true) { } }
        private static void ThrowTypeLoadExceptionWithArgument(int id, string type, string name, string argument) { while (true) { } }
        private static void ThrowMissingMethodException(int id, string name) { while (true) { } }
        private static void ThrowMissingFieldException(int id, string name) { while (true) { } }
        private static void ThrowFileNotFoundException(int id, string name) { while (true) { } }
        private static void ThrowInvalidCastException() { while (true) { } }
        private static void ThrowArrayTypeMismatchException() { while (true) { } }
        private static void ThrowBadImageFormatException(int id) { while (true) { } }
    }

    internal static class StartupCodeHelpers { }
}
