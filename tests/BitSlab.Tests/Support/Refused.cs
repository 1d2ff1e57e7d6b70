using System;
using Xunit;

namespace BitSlab.Tests.Support;

/// <summary>Asserts about calls that must refuse an address.</summary>
public static class Refused
{
    /// <summary>The call throws, with exactly this kind and address.</summary>
    public static void As(InvalidBlockKind kind, nint address, Action call)
    {
        InvalidBlockException thrown = AsAny(address, call);
        Assert.Equal(kind, thrown.Kind);
    }

    /// <summary>The call throws for this address, whatever the kind: what is promised once a slab is gone.</summary>
    public static InvalidBlockException AsAny(nint address, Action call)
    {
        InvalidBlockException thrown = Assert.Throws<InvalidBlockException>(call);
        Assert.Equal(address, thrown.Address);
        Assert.Equal(-1, thrown.BatchIndex);
        Assert.Equal(1, thrown.RefusedCount);
        Assert.False(string.IsNullOrEmpty(thrown.Message));
        return thrown;
    }

    /// <summary>Every call that takes a block refuses this one with the same kind.</summary>
    public static void ByEveryCall(Subject subject, InvalidBlockKind kind, nint address)
    {
        ArgumentNullException.ThrowIfNull(subject);
        As(kind, address, () => subject.Free(address));
        As(kind, address, () => subject.AlignedFree(address));
        As(kind, address, () => subject.Realloc(address, 100));
        As(kind, address, () => subject.AlignedRealloc(address, 100, 64));
        As(kind, address, () => subject.GetUsableSize(address));
        InvalidBlockException batch = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(address));
        Assert.Equal(kind, batch.Kind);
        Assert.Equal(address, batch.Address);
        Assert.Equal(0, batch.BatchIndex);
        Assert.Equal(1, batch.RefusedCount);
    }

    /// <summary>Every call that takes a block refuses this one, with any kind.</summary>
    public static void ByEveryCall(Subject subject, nint address)
    {
        ArgumentNullException.ThrowIfNull(subject);
        AsAny(address, () => subject.Free(address));
        AsAny(address, () => subject.AlignedFree(address));
        AsAny(address, () => subject.Realloc(address, 100));
        AsAny(address, () => subject.AlignedRealloc(address, 100, 64));
        AsAny(address, () => subject.GetUsableSize(address));
        InvalidBlockException batch = Assert.Throws<InvalidBlockException>(() => subject.FreeBatch(address));
        Assert.Equal(address, batch.Address);
        Assert.Equal(0, batch.BatchIndex);
        Assert.Equal(1, batch.RefusedCount);
    }
}
