using System;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Threading;

namespace BitSlab.Buffers;

/// <summary>
/// What is known of a buffer of an allocator with <see cref="SlabAllocatorOptions.TrackBuffers"/>. All copies of the buffer share it: each
/// holds the version that it was copied at, and is good as long as that is the version here.
/// </summary>
internal sealed class TrackedBuffer
{
    /// <summary>The version of a variable that was disposed, tracked or not.</summary>
    public const int Disposed = -1;

    private const int FirstVersion = 1;
    private const int GoneWithReset = -2;
    private const int GoneWithAllocator = -3;

    private readonly BufferTracker _tracker;
    private readonly Type _type;
    private readonly StackTrace _allocated;
    private long _length;
    private nuint _bytes;

    /// <summary>
    /// Above 0 while the buffer lives; it then goes up whenever one variable takes it from the others. At the end it says why.
    /// </summary>
    private int _version = FirstVersion;

    public TrackedBuffer(BufferTracker tracker, long number, Type type, long length, nuint bytes, StackTrace allocated)
    {
        _tracker = tracker;
        Number = number;
        _type = type;
        _length = length;
        _bytes = bytes;
        _allocated = allocated;
    }

    /// <summary>In the order of allocation.</summary>
    public long Number { get; }

    public int Version => Volatile.Read(ref _version);

    public SlabAllocator Allocator => _tracker.Allocator;

    public bool IsGoneWithAllocator => Version == GoneWithAllocator;

    /// <summary>Whether the buffer lives, and nobody took it from who holds this version.</summary>
    public bool IsAt(int version) => version > 0 && Version == version;

    /// <summary>Takes the buffer from all others; false when it is another's, or has ended.</summary>
    public bool TryAdvance(ref int version)
    {
        int next = version == int.MaxValue ? FirstVersion : version + 1;
        if (version <= 0 || Interlocked.CompareExchange(ref _version, next, version) != version)
        {
            return false;
        }

        version = next;
        return true;
    }

    public void Resized(long length, nuint bytes)
    {
        // Release, so that both are out soon and in one piece: for reports, which may see one without the other.
        Volatile.Write(ref _length, length);
        Volatile.Write(ref _bytes, bytes);
    }

    /// <summary>Ends the buffer: true for one caller, who then frees the memory.</summary>
    public bool TryEnd(int version)
    {
        if (version <= 0 || Interlocked.CompareExchange(ref _version, Disposed, version) != version)
        {
            return false;
        }

        _tracker.Forget(this);
        return true;
    }

    /// <summary>The memory went with its allocator's reset or disposal.</summary>
    public void EndWithAllocator(bool isReset) => Volatile.Write(ref _version, isReset ? GoneWithReset : GoneWithAllocator);

    public SlabLiveBuffer Describe() =>
        new(_type, Volatile.Read(ref _length), (long)Volatile.Read(ref _bytes), PlaceOfAllocation());

    /// <summary>Throws what somebody gets who uses it by a version that it is not at.</summary>
    [DoesNotReturn]
    public void ThrowDisposed(int version)
    {
        string what = (version == Disposed ? Disposed : Version) switch
        {
            Disposed => "was disposed",
            GoneWithReset => "went with its allocator's Reset",
            GoneWithAllocator => "went with its allocator's Dispose",
            _ => "was moved or resized through another copy of it",
        };
        throw new ObjectDisposedException(
            _type.ToString(), $"The buffer {what}. It was allocated{Environment.NewLine}{PlaceOfAllocation()}");
    }

    // From the first frame outside of the library on. When it is asked for, not when a buffer is made: names of methods are slow to come
    // by.
    private StackTrace PlaceOfAllocation()
    {
        string library = typeof(SlabAllocator).Assembly.GetName().Name!;
        return new StackTrace(_allocated.GetFrames().SkipWhile(frame => IsOf(library, frame)));
    }

    private static bool IsOf(string library, StackFrame frame)
    {
        string? assembly = DiagnosticMethodInfo.Create(frame)?.DeclaringAssemblyName;
        return assembly != null && assembly.StartsWith(library, StringComparison.Ordinal)
            && (assembly.Length == library.Length || assembly[library.Length] == ',');
    }
}
