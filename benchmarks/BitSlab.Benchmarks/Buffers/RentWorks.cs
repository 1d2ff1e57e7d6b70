using BitSlab.Benchmarks.Measuring;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>One is rented and returned at once, over and over.</summary>
/// <remarks>Each kind of work is a class of its own: what one has taught the compiler is not what another one is compiled by.</remarks>
internal sealed class LoneRents<TRental, TLease>(int size, int slices) : SlicedWork(allocator: null, slices)
    where TRental : struct, IRental<TRental, TLease>
    where TLease : struct
{
    protected override void Slice()
    {
        int wanted = size;
        for (int i = 0; i < Length; i++)
        {
            TLease lease = TRental.Rent(wanted);
            TRental.Return(ref lease);
        }
    }

    protected override void Finish()
    {
    }
}

/// <summary>One is rented, its first byte is written, and it is returned.</summary>
internal sealed class WrittenRents<TRental, TLease>(int size, int slices) : SlicedWork(allocator: null, slices)
    where TRental : struct, IRental<TRental, TLease>
    where TLease : struct
{
    protected override void Slice()
    {
        int wanted = size;
        for (int i = 0; i < Length; i++)
        {
            TLease lease = TRental.Rent(wanted);
            TRental.SpanOf(ref lease)[0] = unchecked((byte)i);
            TRental.Return(ref lease);
        }
    }

    protected override void Finish()
    {
    }
}

/// <summary>So many are rented, then all returned in the same order.</summary>
internal sealed class RentsTogether<TRental, TLease>(int size, int slices) : SlicedWork(allocator: null, slices)
    where TRental : struct, IRental<TRental, TLease>
    where TLease : struct
{
    public const int AtOnce = 32;

    private readonly TLease[] _leases = new TLease[AtOnce];

    protected override void Slice()
    {
        int wanted = size;
        TLease[] leases = _leases;
        for (int done = 0; done < Length; done += leases.Length)
        {
            for (int i = 0; i < leases.Length; i++)
            {
                leases[i] = TRental.Rent(wanted);
            }

            for (int i = 0; i < leases.Length; i++)
            {
                TRental.Return(ref leases[i]);
            }
        }
    }

    protected override void Finish()
    {
    }
}
