using System.Buffers;

namespace BitSlab.AspNetCore;

/// <summary>The pool that a server gets: a <see cref="SlabMemoryPool{T}"/> that counts what is rented where somebody listens.</summary>
internal sealed class ServerMemoryPool : MemoryPool<byte>
{
    private readonly SlabMemoryPool<byte> _pool;
    private readonly OwnerMemory _memory;
    private readonly MemoryPoolMeter? _meter;

    public ServerMemoryPool(OwnerMemory memory, MemoryPoolMeter? meter)
    {
        SlabAllocator allocator = memory.Allocator;
        _pool = new SlabMemoryPool<byte>(new SlabMemoryPoolOptions { Allocator = allocator, Name = allocator.Options.Name });
        _memory = memory;
        _meter = meter;
    }

    public override int MaxBufferSize => _pool.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        SlabMemoryOwner<byte> owner = _pool.RentOwner(minBufferSize);
        if (_meter is { CountsRented: true })
        {
            _meter.AddRented(owner.Length, _memory.Tags);
        }

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
