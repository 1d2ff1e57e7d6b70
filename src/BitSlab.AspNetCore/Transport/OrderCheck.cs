using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace BitSlab.AspNetCore.Transport;

/// <summary>
/// Of several pools and transports the last one is used. What is added after BitSlab would take its place without a word, or send native memory
/// as the arrays that it is not: the start ends before anything listens.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "the container makes it")]
internal sealed class OrderCheck(IMemoryPoolFactory<byte> pools, IEnumerable<IConnectionListenerFactory> transports) : IHostedLifecycleService
{
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (pools is not BitSlabMemoryPoolFactory)
        {
            throw AddedAfter(pools);
        }

        // Transports for other endpoints, as named pipes are, may come last. One that does not say what it binds is asked for all of them.
        IConnectionListenerFactory used = transports.Last(
            transport => transport is not IConnectionListenerFactorySelector selector || selector.CanBind(s_anyPort));
        return used is SlabSocketTransport ? Task.CompletedTask : throw AddedAfter(used);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static InvalidOperationException AddedAfter(object service) =>
        new($"{service.GetType().Name} was added after BitSlab and took its place: " +
            "call UseBitSlab or AddBitSlabMemoryPool after UseKestrel and other transports. (ConfigureKestrel may follow.)");
}
