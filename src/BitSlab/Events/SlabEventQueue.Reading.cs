using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace BitSlab;

/// <content>Dequeueing with a wait.</content>
public sealed partial class SlabEventQueue
{
    /// <summary>Takes the oldest event out; waits for one where there is none.</summary>
    /// <param name="cancellationToken">Ends the wait. Nothing was taken then.</param>
    /// <returns>The event, which the caller has to dispose.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ChannelClosedException">
    /// The queue is completed and empty. The inner exception is what it was completed with.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    public ValueTask<SlabEvent> DequeueAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<SlabEvent>(cancellationToken);
        }

        return TryDequeue(out SlabEvent item) ? new ValueTask<SlabEvent>(item) : DequeueSlowAsync(cancellationToken);
    }

    /// <summary>Waits until there is an event to dequeue. Another consumer may take it first.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the queue is completed and empty.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    /// <exception cref="Exception">What the queue was completed with, when it is empty.</exception>
    public ValueTask<bool> WaitToDequeueAsync(CancellationToken cancellationToken = default) => WaitForEvent(_watchers, cancellationToken);

    /// <summary>All events, as they come, until the queue is completed and empty. The caller has to dispose each.</summary>
    /// <param name="cancellationToken">Ends the wait for the next event.</param>
    /// <exception cref="OperationCanceledException">A wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    /// <exception cref="Exception">What the queue was completed with, behind the last event.</exception>
    public async IAsyncEnumerable<SlabEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await WaitForEvent(_readers, cancellationToken).ConfigureAwait(false))
        {
            while (TryDequeue(out SlabEvent item))
            {
                yield return item;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SlabEvent> DequeueSlowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool mayHaveOne;
            try
            {
                mayHaveOne = await WaitForEvent(_readers, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error == _error)
            {
                mayHaveOne = false;
            }

            if (!mayHaveOne)
            {
                throw new ChannelClosedException(_error);
            }

            if (TryDequeue(out SlabEvent item))
            {
                return item;
            }
        }
    }
}
