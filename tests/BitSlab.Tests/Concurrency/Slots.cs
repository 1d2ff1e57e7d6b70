using System.Threading;
using BitSlab.Tests.Support;

namespace BitSlab.Tests.Concurrency;

/// <summary>Places where threads leave parcels for each other: by one exchange, which never blocks.</summary>
public sealed class Slots(int count)
{
    private readonly nint[] _blocks = new nint[count];

    /// <summary>Leaves a parcel and takes what stood there.</summary>
    public Parcel Exchange(int slot, Parcel parcel) => Parcel.At(Interlocked.Exchange(ref _blocks[slot], parcel.Block));

    /// <summary>Verifies and frees what is left.</summary>
    public void FreeAll(Subject subject)
    {
        for (int i = 0; i < _blocks.Length; i++)
        {
            Parcel parcel = Exchange(i, default);
            parcel.Verify();
            subject.Free(parcel.Block);
        }
    }
}
