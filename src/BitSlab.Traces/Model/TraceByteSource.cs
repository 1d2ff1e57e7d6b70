using System;
using System.IO;
using System.IO.Compression;

namespace BitSlab.Traces;

/// <summary>Why a varint or a byte could not be read.</summary>
internal enum ReadFailure
{
    None,
    EndOfStream,
    Overlong,
}

/// <summary>Bytes and varints out of a gzip stream through a buffer of its own: a call per byte into the stream is slow.</summary>
internal sealed class TraceByteSource(Stream stream) : IDisposable
{
    private const int MaximumVarintBytes = 10;

    private readonly GZipStream _gzip = new(stream, CompressionMode.Decompress);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _position;
    private int _length;

    public void Dispose() => _gzip.Dispose();

    /// <summary>Fills the span as far as the stream goes; the number of bytes read.</summary>
    public int Read(Span<byte> destination)
    {
        int count = 0;
        while (count < destination.Length && (_position < _length || Refill()))
        {
            destination[count++] = _buffer[_position++];
        }

        return count;
    }

    public bool AtEnd() => _position == _length && !Refill();

    public ReadFailure TryReadVarint(out ulong value)
    {
        if (_position < _length && _buffer[_position] < 0x80)
        {
            value = _buffer[_position++];
            return ReadFailure.None;
        }

        return TryReadLongVarint(out value);
    }

    private ReadFailure TryReadLongVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < MaximumVarintBytes; i++)
        {
            if (_position == _length && !Refill())
            {
                return ReadFailure.EndOfStream;
            }

            byte part = _buffer[_position++];
            if (i == MaximumVarintBytes - 1 && part > 1)
            {
                return ReadFailure.Overlong; // the tenth byte has room for one bit of the 64
            }

            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                return ReadFailure.None;
            }
        }

        return ReadFailure.Overlong;
    }

    private bool Refill()
    {
        _position = 0;
        _length = 0; // stays so when the read throws
        _length = _gzip.Read(_buffer);
        return _length > 0;
    }
}
