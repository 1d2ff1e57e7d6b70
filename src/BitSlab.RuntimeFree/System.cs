// The least of System that the core's source files need, written anew: with this and the C# compiler alone they compile.
// Bodies are real where the core calls them, so that no target depends on a runtime's intrinsics.
#pragma warning disable // names and shapes are prescribed by the language and the framework

namespace System
{
    public class Object { }
    public abstract class ValueType { }
    public abstract class Enum : ValueType { }
    public abstract class Attribute { }
    public sealed class String { public int Length; }
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

namespace System.Runtime.CompilerServices
{
    public enum MethodImplOptions { NoInlining = 8, AggressiveInlining = 256 }
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
    public sealed class FieldOffsetAttribute : Attribute { public FieldOffsetAttribute(int offset) { } }
}

namespace System.Reflection
{
    public sealed class DefaultMemberAttribute : Attribute { public DefaultMemberAttribute(string name) { } }
}

namespace System.Numerics
{
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

        public static int TrailingZeroCount(ulong value) => value == 0 ? 64 : PopCount((value & (0 - value)) - 1);

        public static int TrailingZeroCount(uint value) => value == 0 ? 32 : TrailingZeroCount((ulong)value);

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
    // Declared only: on a target without a runtime these are the compiler's own instructions.
    public static class Volatile
    {
        public static extern byte Read(ref byte location);
        public static extern int Read(ref int location);
        public static extern long Read(ref long location);
        public static extern ulong Read(ref ulong location);
        public static extern nint Read(ref nint location);
        public static extern void Write(ref byte location, byte value);
        public static extern void Write(ref int location, int value);
        public static extern void Write(ref long location, long value);
        public static extern void Write(ref ulong location, ulong value);
        public static extern void Write(ref nint location, nint value);
    }

    public static class Interlocked
    {
        public static extern ulong Or(ref ulong location, ulong value);
        public static extern ulong Exchange(ref ulong location, ulong value);
        public static extern nint Exchange(ref nint location, nint value);
        public static extern int CompareExchange(ref int location, int value, int comparand);
        public static extern ulong CompareExchange(ref ulong location, ulong value, ulong comparand);
        public static extern nint CompareExchange(ref nint location, nint value, nint comparand);
        public static extern long Add(ref long location, long value);
        public static extern void MemoryBarrier();
    }
}
