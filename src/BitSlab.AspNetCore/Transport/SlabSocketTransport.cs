using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace BitSlab.AspNetCore.Transport;

/// <summary>
/// Kestrel's connections over sockets. The framework's transport sends what lies in more than one block from arrays only, which native memory has
/// not; this one sends from any memory. It takes the framework's options.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "the container makes it")]
internal sealed class SlabSocketTransport(BitSlabMemoryPoolFactory pools, IOptions<SocketTransportOptions> options)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
#pragma warning disable CA2000 // the server's from here on
        MemoryPool<byte> pool = pools.Create(new MemoryPoolOptions { Owner = "kestrel" });
        return ValueTask.FromResult<IConnectionListener>(new SlabSocketListener(Listen(endpoint), pool, options.Value));
#pragma warning restore CA2000
    }

    private Socket Listen(EndPoint endpoint)
    {
        Socket? socket = null;
        try
        {
            socket = options.Value.CreateBoundListenSocket(endpoint);
            socket.Listen(options.Value.Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            if (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new AddressInUseException(e.Message, e);
            }

            throw;
        }
    }
}
