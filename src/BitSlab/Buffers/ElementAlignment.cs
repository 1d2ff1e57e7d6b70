using System.Numerics;
using System.Runtime.InteropServices;

namespace BitSlab.Buffers;

/// <summary>The alignment in bytes that the runtime gives a type inside another.</summary>
internal static unsafe class ElementAlignment<T>
    where T : unmanaged
{
    /// <summary>
    /// A bound that the JIT holds as a constant: the alignment itself, but for a type whose declared size is no multiple of it. Then it is
    /// more, and less than twice as much.
    /// </summary>
    public static nuint AtMost => (nuint)(sizeof(Probe) - sizeof(T));

    /// <summary>The alignment, or for such a type perhaps its double: a power of two.</summary>
    public static nuint Bytes => BitOperations.RoundUpToPowerOf2(AtMost);

    [StructLayout(LayoutKind.Sequential)]
    private struct Probe
    {
        public byte First;
        public T Second;
    }
}
