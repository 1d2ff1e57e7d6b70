using System.Buffers;
using System.Collections.Generic;

namespace BitSlab.AspNetCore;

/// <summary>The pool that a server gets: a <see cref="SlabMemoryPool{T}"/> that counts what is rented.</summary>
internal sealed class ServerMemoryPool : MemoryPool<byte>
{
    private readonly SlabMemoryPool<byte> _pool;
    private readonly MemoryPoolMeter? _meter;
    private readonly KeyValuePair<string, object?>[] _tags;

    public ServerMemoryPool(SlabAllocator allocator, string owner, MemoryPoolMeter? meter)
    {
        _pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = allocator, Name = allocator.Options.Name });
        _meter = meter;
        _tags = MemoryPoolMeter.TagsOf(owner);
    }

    public override int MaxBufferSize => _pool.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        IMemoryOwner<byte> owner = _pool.Rent(minBufferSize);
        _meter?.AddRented(owner.Memory.Length, _tags);
        return owner;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pool.Dispose();
        }
    }
}
