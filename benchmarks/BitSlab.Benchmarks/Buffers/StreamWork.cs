using System.IO;
using BitSlab.Benchmarks.Measuring;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>A stream is made, written in pieces, read back in pieces and disposed, over and over.</summary>
internal sealed class StreamWork<TStreams>(int length, int piece, int slices) : SlicedWork(allocator: null, slices)
    where TStreams : struct, IStreamMaker
{
    /// <summary>Streams of a slice.</summary>
    public const int Streams = 64;

    private readonly byte[] _piece = new byte[piece];

    protected override void Slice()
    {
        for (int i = 0; i < Streams; i++)
        {
            using Stream stream = TStreams.Create();
            Fill(stream, _piece, length);
            stream.Position = 0;
            int read = 0;
            for (int count; (count = stream.Read(_piece)) != 0; read += count)
            {
            }

            if (read != length)
            {
                throw new EndOfStreamException($"{TStreams.Name}: {read} bytes of {length}.");
            }
        }
    }

    public static void Fill(Stream stream, byte[] piece, int length)
    {
        for (int left = length; left > 0; left -= piece.Length)
        {
            stream.Write(piece, 0, int.Min(left, piece.Length));
        }
    }

    protected override void Finish()
    {
    }
}
