using System;
using System.Buffers;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

/// <content>The content as a whole, and writing into the stream's own memory.</content>
public sealed partial class SlabStream
{
    private const int LeastScratch = 256;

    // What was handed out to be written to: as many bytes, in the chain behind the content, or where that is not possible in an array, to
    // be copied.
    private int _handedOut;
    private byte[]? _scratch;

    /// <summary>The whole content, as a sequence of segments.</summary>
    public ReadOnlySequence<byte> GetReadOnlySequence() => Chain.Sequence(_length);

    /// <summary>
    /// The whole content side by side; it is copied to one segment, once, where it is not. (Native memory: there is no array behind it.)
    /// </summary>
    /// <exception cref="OutOfMemoryException">
    /// It is longer than memory can be, 2^31 - 1 bytes; or there is no memory for the copy.
    /// </exception>
    public Memory<byte> GetBuffer()
    {
        SegmentChain chain = Chain;
        EndHandOut();
        if (_length == 0)
        {
            return Memory<byte>.Empty;
        }

        if (_length > int.MaxValue)
        {
            ThrowHelper.ThrowTooLargeForArray(_length);
        }

        chain.MakeContiguous((int)_length);
        return chain.MemoryOf(0).Slice(0, (int)_length);
    }

    /// <summary>The whole content, if it stands side by side.</summary>
    /// <param name="buffer">The content; empty when false is returned.</param>
    /// <returns>False when it stands in several segments.</returns>
    public bool TryGetBuffer(out Memory<byte> buffer)
    {
        SegmentChain chain = Chain;
        bool isContiguous = _length == 0 || chain[0].Length >= _length;
        buffer = _length == 0 || !isContiguous ? Memory<byte>.Empty : chain.MemoryOf(0).Slice(0, (int)_length);
        return isContiguous;
    }

    /// <summary>Copies the whole content into an array.</summary>
    /// <exception cref="OutOfMemoryException">It is longer than an array can be, or there is no memory for it.</exception>
    public byte[] ToArray()
    {
        byte[] bytes = Chain.ToArray(_length);
        GC.KeepAlive(this);
        return bytes;
    }

    /// <summary>Writes the whole content to another stream. The position stays.</summary>
    /// <param name="destination">The other stream; not this one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    public void WriteTo(Stream destination)
    {
        RequireOther(destination);
        Chain.WriteTo(destination, 0, _length);
        GC.KeepAlive(this);
    }

    /// <summary>Writes what stands between the position and the end to another stream; the position goes to the end.</summary>
    /// <param name="destination">The other stream; not this one.</param>
    /// <param name="bufferSize">Without meaning here, but it has to be positive.</param>
    public override void CopyTo(Stream destination, int bufferSize)
    {
        RequireOther(destination);
        ValidateCopyToArguments(destination, bufferSize);
        SegmentChain chain = Chain;
        EndHandOut();
        long from = _position;
        if (from < _length)
        {
            _position = _length;
            chain.WriteTo(destination, from, _length);
            GC.KeepAlive(this);
        }
    }

    /// <inheritdoc cref="CopyTo(Stream, int)"/>
    /// <param name="destination">The other stream; not this one.</param>
    /// <param name="bufferSize">Without meaning here, but it has to be positive.</param>
    /// <param name="cancellationToken">Ends the copying between two segments, or inside one as the other stream has it.</param>
    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        RequireOther(destination);
        ValidateCopyToArguments(destination, bufferSize);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        ReadOnlySequence<byte> content = GetReadOnlySequence();
        EndHandOut();
        long from = Math.Min(_position, _length);
        _position = Math.Max(_position, _length);
        return SequenceCopy.CopyAsync(content.Slice(from), destination, cancellationToken).AsTask();
    }

    /// <summary>
    /// Memory to write to at the position, uninitialised. What was written counts after <see cref="Advance"/>; any other call on the stream
    /// before that withdraws it.
    /// </summary>
    /// <param name="sizeHint">The bytes that are needed, side by side; 0 for any number but none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sizeHint"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">There is no memory, or the allocator is at its limit. The content is as before.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        SegmentChain chain = Chain;
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        EndHandOut();
        Memory<byte> memory;
        if (_position == _length)
        {
            chain.MakeRoom(_length, Math.Max(sizeHint, 1));
            int last = chain.Find(_length);
            int used = (int)(_length - chain[last].Offset);
            memory = chain.MemoryOf(last).Slice(used, chain[last].Length - used);
        }
        else
        {
            memory = _scratch = GC.AllocateUninitializedArray<byte>(Math.Max(sizeHint, LeastScratch));
        }

        _handedOut = memory.Length;
        return memory;
    }

    /// <inheritdoc cref="GetMemory"/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>
    /// Counts bytes as written, and goes behind them: the first ones of what <see cref="GetMemory"/> or <see cref="GetSpan"/> gave last.
    /// </summary>
    /// <param name="count">The bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">There are not so many. Nothing was changed.</exception>
    public void Advance(int count)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > _handedOut)
        {
            ThrowHelper.ThrowAdvancedTooFar(count, _handedOut);
        }

        byte[]? scratch = _scratch;
        EndHandOut();
        if (scratch != null)
        {
            Write(scratch.AsSpan(0, count));
        }
        else
        {
            _position += count;
            _length = _position;
        }
    }

    private void EndHandOut()
    {
        _handedOut = 0;
        _scratch = null;
    }

    private void RequireOther(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination == this)
        {
            throw new ArgumentException("A stream cannot be copied to itself.", nameof(destination));
        }
    }
}
