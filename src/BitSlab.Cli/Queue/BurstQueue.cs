using System;
using BitSlab.Traces;

namespace BitSlab.Cli.Queue;

/// <summary>
/// The original's workload: events of random size go into a queue, and at each hundredth an object of 1,024 bytes is made that
/// lives on; then the queue is cleared in order, and the objects after it. Called slice by slice, as <see cref="FastReplay"/> is.
/// </summary>
internal sealed unsafe class BurstQueue
{
    public const int LongLivedEvery = 100;
    public const int LongLivedSize = 1_024;

    // A whole number of hundreds near FastReplay's slice.
    private const int SliceLength = 20 * LongLivedEvery;

    private readonly int[] _sizes;
    private readonly QueueStorage _queue;
    private readonly QueueStorage _longLived;

    public BurstQueue(int[] sizes)
    {
        _sizes = sizes;
        _queue = new QueueStorage(sizes.Length);
        _longLived = new QueueStorage(LongLivedCount);
    }

    public int LongLivedCount => _sizes.Length / LongLivedEvery;

    public void Fill<T, TPayload>(T contender, TPayload payload)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        nint* longLived = _longLived.Address;
        for (int start = 0; start < _sizes.Length; start += SliceLength)
        {
            int length = Math.Min(SliceLength, _sizes.Length - start);
            FillSlice(contender, payload, _sizes.AsSpan(start, length), _queue.Address + start, longLived);
            longLived += length / LongLivedEvery;
        }
    }

    public void Clear<T>(T contender)
        where T : struct, IContender<T>, allows ref struct
    {
        ClearAll(contender, _queue.Address, _sizes.Length);
        ClearAll(contender, _longLived.Address, LongLivedCount);
    }

    private static void ClearAll<T>(T contender, nint* addresses, int count)
        where T : struct, IContender<T>, allows ref struct
    {
        for (int start = 0; start < count; start += SliceLength)
        {
            ClearSlice(contender, addresses + start, Math.Min(SliceLength, count - start));
        }
    }

    private static void FillSlice<T, TPayload>(
        T contender, TPayload payload, ReadOnlySpan<int> sizes, nint* queue, nint* longLived)
        where T : struct, IContender<T>, allows ref struct
        where TPayload : struct, IPayload
    {
        int untilLongLived = LongLivedEvery;
        foreach (int size in sizes)
        {
            void* block = contender.Alloc((nuint)size);
            payload.Allocated(block, (nuint)size);
            *queue++ = (nint)block;
            if (--untilLongLived == 0)
            {
                block = contender.Alloc(LongLivedSize);
                payload.Allocated(block, LongLivedSize);
                *longLived++ = (nint)block;
                untilLongLived = LongLivedEvery;
            }
        }
    }

    private static void ClearSlice<T>(T contender, nint* addresses, int count)
        where T : struct, IContender<T>, allows ref struct
    {
        for (nint* end = addresses + count; addresses < end; addresses++)
        {
            contender.Free((void*)*addresses);
        }
    }
}
