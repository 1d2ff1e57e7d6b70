using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.Buffers;

namespace BitSlab;

#pragma warning disable RS0026 // two overloads with an optional token: where the bytes go tells them apart

/// <content>What was written, and where it may go.</content>
public sealed unsafe partial class SlabBufferWriter
{
    /// <summary>
    /// What was written, as a sequence of segments. It stays as it is while more is written, and throws
    /// <see cref="ObjectDisposedException"/> where it is read after <see cref="Clear"/> or <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public ReadOnlySequence<byte> WrittenSequence => Chain.Sequence(_before + _used);

    /// <summary>
    /// What was written, if it stands side by side in one segment. Not to be used after <see cref="Clear"/> or <see cref="Dispose"/>, which
    /// no span can check.
    /// </summary>
    /// <exception cref="InvalidOperationException">It stands in several segments: see <see cref="TryGetSpan"/>.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public ReadOnlySpan<byte> WrittenSpan =>
        TryGetSpan(out ReadOnlySpan<byte> span) ? span
            : throw new InvalidOperationException($"What was written stands in several segments: use {nameof(WrittenSequence)}, or copy it.");

    /// <summary>What was written, if it stands side by side in one segment.</summary>
    /// <param name="span">
    /// The bytes, not to be used after <see cref="Clear"/> or <see cref="Dispose"/>, which no span can check; empty when false is returned.
    /// </param>
    /// <returns>False when it stands in several segments.</returns>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        SegmentChain chain = Chain;
        long written = _before + _used;
        bool isContiguous = written == 0 || chain[0].Length >= written;
        span = written == 0 || !isContiguous ? default : new ReadOnlySpan<byte>(chain[0].Start, (int)written);
        return isContiguous;
    }

    /// <summary>Copies what was written into an array.</summary>
    /// <exception cref="OutOfMemoryException">It is longer than an array can be, or there is no memory for it.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public byte[] ToArray()
    {
        byte[] bytes = Chain.ToArray(_before + _used);
        GC.KeepAlive(this);
        return bytes;
    }

    /// <summary>Writes what was written to a stream.</summary>
    /// <param name="destination">The stream. It may not use this writer.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public void CopyTo(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Chain.WriteTo(destination, 0, _before + _used);
        GC.KeepAlive(this);
    }

    /// <summary>Writes what was written to another writer, a <see cref="PipeWriter"/> for instance, which is to be flushed then.</summary>
    /// <param name="destination">The other writer; not this one.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is this writer.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public void CopyTo(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination == this)
        {
            throw new ArgumentException("A writer cannot be copied to itself.", nameof(destination));
        }

        Chain.WriteTo(destination, 0, _before + _used);
        GC.KeepAlive(this);
    }

    /// <summary>Writes what was written to a stream. The writer may not be used meanwhile.</summary>
    /// <param name="destination">The stream.</param>
    /// <param name="cancellationToken">Ends the writing between two segments, or inside one as the stream has it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. A part may have been written.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public ValueTask CopyToAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return SequenceCopy.CopyAsync(WrittenSequence, destination, cancellationToken);
    }

    /// <summary>
    /// Writes what was written to a pipe, and flushes it behind each segment, waiting for the reader where the pipe is full. The writer may
    /// not be used meanwhile.
    /// </summary>
    /// <param name="destination">The pipe's writer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What the last flush said: when the reader has completed, or the flush was cancelled, the rest was not written.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled. A part may have been written.</exception>
    /// <exception cref="ObjectDisposedException">The writer is disposed.</exception>
    public ValueTask<FlushResult> CopyToAsync(PipeWriter destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return SequenceCopy.CopyAsync(WrittenSequence, destination, cancellationToken);
    }
}
