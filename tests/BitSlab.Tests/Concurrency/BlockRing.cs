using System.Threading;

namespace BitSlab.Tests.Concurrency;

/// <summary>
/// A bounded ring between one producer and one consumer. It spins and yields and never blocks, so that an interrupt meets a
/// thread in the allocator's calls, not in ours.
/// </summary>
public sealed class BlockRing(int length)
{
    private readonly (nint Block, nuint Size)[] _entries = new (nint, nuint)[length];
    private long _written;
    private long _read;

    public void Put(nint block, nuint size)
    {
        while (_written - Volatile.Read(ref _read) == _entries.Length)
        {
            Thread.Yield();
        }

        _entries[_written % _entries.Length] = (block, size);
        Volatile.Write(ref _written, _written + 1);
    }

    public (nint Block, nuint Size) Take()
    {
        while (Volatile.Read(ref _written) == _read)
        {
            Thread.Yield();
        }

        (nint, nuint) entry = _entries[_read % _entries.Length];
        Volatile.Write(ref _read, _read + 1);
        return entry;
    }
}
