using BitSlab.Tests.Support;
using Xunit;

namespace BitSlab.Tests.Concurrency;

/// <summary>A block on its way between threads: it carries its own size and seed at its beginning, and is filled after them.</summary>
public readonly unsafe struct Parcel
{
    private static readonly nuint HeaderBytes = (nuint)sizeof(Header);

    private Parcel(nint block) => Block = block;

    /// <summary>The block's address; 0 for none.</summary>
    public nint Block { get; }

    public static Parcel At(nint block) => new(block);

    public static Parcel New(Subject subject, nuint size, uint seed)
    {
        size = nuint.Max(size, HeaderBytes);
        return Of(subject.Alloc(size), size, seed);
    }

    /// <summary>Fills a block of at least 16 usable bytes, whatever size was asked for.</summary>
    public static Parcel Of(nint block, nuint size, uint seed)
    {
        // At most a few KiB are written: the tests want many blocks, not many bytes.
        nuint filled = nuint.Min(nuint.Max(size, HeaderBytes), 3000);
        *(Header*)block = new Header { Filled = (uint)filled, Seed = seed, Check = Mix((uint)filled, seed) };
        Pattern.Fill(block + (nint)HeaderBytes, filled - HeaderBytes, seed);
        return new(block);
    }

    public void Verify()
    {
        if (Block != 0)
        {
            Header header = *(Header*)Block;
            Assert.True(header.Check == Mix(header.Filled, header.Seed), $"The block at 0x{Block:x} lost its beginning.");
            Pattern.Verify(Block + (nint)HeaderBytes, header.Filled - HeaderBytes, header.Seed);
        }
    }

    /// <summary>The block after a realloc, its contents checked and filled anew.</summary>
    public Parcel Resized(Subject subject, nuint size)
    {
        Header before = *(Header*)Block;
        size = nuint.Max(size, HeaderBytes);
        nint moved = subject.Realloc(Block, size);
        nuint kept = nuint.Min(size, before.Filled);
        Assert.True(((Header*)moved)->Check == before.Check, "A realloc lost the beginning.");
        Assert.True(
            Pattern.Holds(moved + (nint)HeaderBytes, before.Filled - HeaderBytes, kept - HeaderBytes, before.Seed),
            "A realloc lost contents.");
        return Of(moved, size, unchecked(before.Seed + 1));
    }

    private static ulong Mix(uint filled, uint seed) => unchecked((((ulong)filled << 32) | seed) * 0x9E37_79B9_7F4A_7C15UL) ^ 0x1234_5678;

    private struct Header
    {
        public uint Filled;
        public uint Seed;
        public ulong Check;
    }
}
