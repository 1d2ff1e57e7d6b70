using System;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>A way to have memory for a while. A struct, so that each is compiled by itself.</summary>
/// <typeparam name="TSelf">The way itself.</typeparam>
/// <typeparam name="TLease">What stands for the memory.</typeparam>
internal interface IRental<TSelf, TLease>
    where TSelf : struct, IRental<TSelf, TLease>
    where TLease : struct
{
    static abstract string Name { get; }

    static abstract TLease Rent(int bytes);

    static abstract Span<byte> SpanOf(ref TLease lease);

    static abstract void Return(ref TLease lease);
}
