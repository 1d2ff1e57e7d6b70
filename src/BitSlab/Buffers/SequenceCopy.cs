using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace BitSlab.Buffers;

/// <summary>Writes sequences where waiting may be needed. Waits leave nothing on the garbage-collected heap, in steady state.</summary>
internal static class SequenceCopy
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask CopyAsync(ReadOnlySequence<byte> source, Stream destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (ReadOnlyMemory<byte> part in source)
        {
            await destination.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<FlushResult> CopyAsync(ReadOnlySequence<byte> source, PipeWriter destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FlushResult result = default;
        foreach (ReadOnlyMemory<byte> part in source)
        {
            result = await destination.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            if (result.IsCompleted || result.IsCanceled)
            {
                break;
            }
        }

        return result;
    }
}
