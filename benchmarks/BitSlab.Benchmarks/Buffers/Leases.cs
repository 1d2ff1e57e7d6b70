using System.Buffers;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>An array as a struct: code for references is shared between them, and looks its types up.</summary>
internal readonly record struct ArrayLease(byte[] Array);

/// <summary>An owner as a struct.</summary>
internal readonly record struct OwnerLease(IMemoryOwner<byte> Owner);
