using System;
using System.Runtime.InteropServices;
using System.Threading;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>
/// A bounded ring between two threads: the producer allocates and puts in, the consumer takes out and frees. Each side waits
/// for the other only when the ring is full or empty.
/// </summary>
internal sealed unsafe class ThreadedQueue
{
    private const int SpinsBeforeYield = 64;

    /// <summary>The two counts, on cache lines of their own (128 bytes: neighbouring lines are fetched in pairs).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Counts
    {
        [FieldOffset(128)]
        public long Produced;

        [FieldOffset(256)]
        public long Consumed;
    }

    private readonly int[] _sizes;
    private readonly int _length;
    private readonly QueueStorage _ring;
    private Counts _counts;

    // What each side saw last of the other's count, so that it looks again only when it must. Used by one side each.
    private long _consumedSeen;
    private long _producedSeen;

    public ThreadedQueue(int[] sizes, int length)
    {
        _sizes = sizes;
        _length = length;
        _ring = new QueueStorage(length);
    }

    public void Produce<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        for (int start = 0; start < _sizes.Length; start += FastReplay.SliceLength)
        {
            ProduceSlice(contender, _sizes.AsSpan(start, Math.Min(FastReplay.SliceLength, _sizes.Length - start)));
        }
    }

    public void Consume<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        for (int start = 0; start < _sizes.Length; start += FastReplay.SliceLength)
        {
            ConsumeSlice(contender, Math.Min(FastReplay.SliceLength, _sizes.Length - start));
        }
    }

    private void ProduceSlice<T>(T contender, ReadOnlySpan<int> sizes)
        where T : struct, IContender<T>, allows ref struct
    {
        long produced = _counts.Produced;
        int position = (int)(produced % _length);
        foreach (int size in sizes)
        {
            nint block = (nint)contender.Alloc((nuint)size);
            for (int spins = 0; produced - _consumedSeen == _length; spins++)
            {
                Pause(spins);
                _consumedSeen = Volatile.Read(ref _counts.Consumed);
            }

            _ring.Address[position] = block;
            Volatile.Write(ref _counts.Produced, ++produced);
            position = position + 1 == _length ? 0 : position + 1;
        }
    }

    private void ConsumeSlice<T>(T contender, int count)
        where T : struct, IContender<T>, allows ref struct
    {
        long consumed = _counts.Consumed;
        int position = (int)(consumed % _length);
        for (int i = 0; i < count; i++)
        {
            for (int spins = 0; consumed == _producedSeen; spins++)
            {
                Pause(spins);
                _producedSeen = Volatile.Read(ref _counts.Produced);
            }

            nint block = _ring.Address[position];
            Volatile.Write(ref _counts.Consumed, ++consumed);
            contender.Free((void*)block);
            position = position + 1 == _length ? 0 : position + 1;
        }
    }

    private static void Pause(int spins)
    {
        if (spins == 0)
        {
            return; // the count may have moved since it was last seen
        }

        if (spins < SpinsBeforeYield)
        {
            Thread.SpinWait(1);
        }
        else
        {
            Thread.Yield();
        }
    }
}
