using System;
using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace BitSlab.AspNetCore.Transport;

/// <summary>A connection: one loop receives into the pipe that the server reads, another sends what the server writes.</summary>
internal sealed class SlabConnection : DefaultConnectionContext, IMemoryPoolFeature, IConnectionSocketFeature
{
    // Half a block: less is not worth a call of the operating system.
    private const int LeastToReceive = 2_048;

    private readonly Socket _socket;
    private readonly SocketTransportOptions _options;
    private readonly SocketSender _sender;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _isToldClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _shutdownLock = new();

    private Exception? _shutdownReason;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;

    public SlabConnection(Socket socket, MemoryPool<byte> pool, SocketTransportOptions options)
        : base(Guid.NewGuid().ToString("N"))
    {
        _socket = socket;
        _options = options;
        _sender = new SocketSender(socket, pool);
        _input = new Pipe(OptionsOf(options.MaxReadBufferSize));
        _output = new Pipe(OptionsOf(options.MaxWriteBufferSize));
        MemoryPool = pool;
        Transport = new Duplex(_input.Reader, _output.Writer);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set<IConnectionSocketFeature>(this);

        PipeOptions OptionsOf(long? most)
        {
            PipeScheduler scheduler = options.UnsafePreferInlineScheduling ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
            // To a pipe 0 is no bound; the least bound is one byte.
            long pause = most is { } bytes ? long.Max(bytes, 1) : 0;
            return new PipeOptions(pool, scheduler, scheduler, pause, pause / 2, useSynchronizationContext: false);
        }
    }

    public MemoryPool<byte> MemoryPool { get; }

    public Socket Socket => _socket;

    public void Start()
    {
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Shutdown(abortReason, isAbort: true);
        _output.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync().ConfigureAwait(false);
        await Transport.Output.CompleteAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _closed.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            await ReceiveAllAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // it goes to whoever reads the pipe
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = AsConnectionError(e);
        }

        // Once the connection is shut down, the reason for that is what counts, not its consequences.
        await _input.Writer.CompleteAsync(_shutdownReason ?? error).ConfigureAwait(false);
        // On another thread: what is registered there may wait for this one.
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.TellClosed(), this, preferLocal: false);
        await _isToldClosed.Task.ConfigureAwait(false);
    }

    private async Task ReceiveAllAsync()
    {
        PipeWriter writer = _input.Writer;
        FlushResult flushed = default;
        while (!flushed.IsCompleted && !flushed.IsCanceled)
        {
            if (_options.WaitForDataBeforeAllocatingBuffer)
            {
                // An idle connection holds no block.
                await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
            }

            int received = await _socket.ReceiveAsync(writer.GetMemory(LeastToReceive), SocketFlags.None).ConfigureAwait(false);
            if (received == 0)
            {
                return;
            }

            writer.Advance(received);
            flushed = await writer.FlushAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            await SendAllAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // it goes to whoever reads or writes the pipes
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = AsConnectionError(e);
        }

        Shutdown(error, isAbort: error != null);
        await _output.Reader.CompleteAsync(error is ConnectionResetException or ConnectionAbortedException ? null : error).ConfigureAwait(false);
        // The receiving loop may wait for the server to read.
        _input.Writer.CancelPendingFlush();
    }

    private async Task SendAllAsync()
    {
        PipeReader reader = _output.Reader;
        ReadResult read = default;
        while (!read.IsCompleted)
        {
            read = await reader.ReadAsync().ConfigureAwait(false);
            if (read.IsCanceled)
            {
                return;
            }

            await _sender.SendAsync(read.Buffer).ConfigureAwait(false);
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private void Shutdown(Exception? reason, bool isAbort)
    {
        lock (_shutdownLock)
        {
            if (_shutdownReason != null)
            {
                return;
            }

            _shutdownReason = reason ?? new ConnectionAbortedException("The server closed the connection.");
        }

        if (isAbort)
        {
            // At once, with a reset: the client is to see that something is missing.
            _socket.Close(timeout: 0);
            return;
        }

        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was faster.
        }

        _socket.Dispose();
    }

    private void TellClosed()
    {
        _closed.Cancel();
        _isToldClosed.SetResult();
    }

    private Exception? AsConnectionError(Exception e) => e switch
    {
        ObjectDisposedException when _shutdownReason != null => null,
        SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument }
            when _shutdownReason != null => null,
        SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted } =>
            new ConnectionResetException(e.Message, e),
        _ => e,
    };

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
