using BitSlab.Core;
using Xunit;

namespace BitSlab.Tests.Core;

public sealed unsafe class ReservationTests
{
    [Theory]
    [InlineData(1024, 1024)]
    [InlineData(700, 256)]
    [InlineData(300, 128)]
    public void When_address_space_is_short_half_of_what_is_granted_is_taken(int grantedMiB, int expectedMiB)
    {
        // What is asked for besides the data are tables, a few percent.
        TestOs.LimitReserve((nuint)grantedMiB * 11 / 10 << 20);
        Reservation* reservation = Reservation.Create(TestOs.Primitives, 1024u << 20);
        TestOs.LimitReserve(0);
        Assert.True(reservation != null);
        Assert.Equal((nuint)expectedMiB << 20, reservation->Bytes);
        Assert.Equal((nuint)0, reservation->Base % Layout.ChunkBytes);
        Reservation.Destroy(reservation);
    }

    [Fact]
    public void Without_address_space_there_is_none()
    {
        TestOs.LimitReserve(1 << 20);
        Assert.True(Reservation.Create(TestOs.Primitives, 1024u << 20) == null);
        TestOs.LimitReserve(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_refusal_half_way_leaves_nothing_behind(int refused)
    {
        TestOs.RefuseOnly(refused);
        Reservation* reservation = Reservation.Create(TestOs.Primitives, 64u << 20);
        TestOs.RefuseOnly(0);
        Assert.True(reservation == null);
    }
}
