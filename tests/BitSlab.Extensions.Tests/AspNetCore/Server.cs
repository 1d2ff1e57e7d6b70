using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>A Kestrel on loopback: it sends back what it is sent, or as many bytes as the path says.</summary>
internal sealed class Server : IAsyncDisposable
{
    // Bodies up to here are made once: a load is to measure the server.
    private const int MostKept = 1_000_000;
    private static readonly ConcurrentDictionary<int, byte[]> s_bodies = new();
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Refusals _log;

    private Server(WebApplication app, Refusals log)
    {
        App = app;
        _log = log;
    }

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.First());

    public BitSlabMemoryPoolFactory Pools => App.Services.GetRequiredService<BitSlabMemoryPoolFactory>();

    /// <summary>What Kestrel logged of allocations that were refused.</summary>
    public IReadOnlyCollection<SlabMemoryLimitException> Refused => _log.Seen;

    public SlabStatistics Kestrel => Pools.GetStatistics()["kestrel"];

    public static Task<Server> StartAsync() => StartAsync(builder => builder.UseBitSlab());

    public static async Task<Server> StartAsync(Action<WebApplicationBuilder> configure, Action<KestrelServerOptions>? listen = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        Refusals log = new();
        builder.Logging.ClearProviders().AddProvider(log);
        if (listen == null)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }

        builder.Services.Configure<KestrelServerOptions>(o =>
        {
            o.Limits.MinRequestBodyDataRate = null;
            listen?.Invoke(o);
        });
        configure(builder);
        WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new Server(app, log);
    }

    public HttpClient Client() => Client(new SocketsHttpHandler());

    public HttpClient Client(SocketsHttpHandler handler)
    {
        handler.UseProxy = false;
        handler.MaxConnectionsPerServer = 16;
        return new HttpClient(handler) { BaseAddress = Address };
    }

    /// <summary>Connects, and sends this.</summary>
    public async Task<Socket> ConnectAsync(string request)
    {
        Socket socket = await ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        return socket;
    }

    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        return socket;
    }

    /// <summary>Waits until no block is rented: Kestrel notices the end of a connection in its own time.</summary>
    public Task ReturnedAsync() => UntilAsync(statistics => statistics.LiveBlocks == 0, "blocks were not returned");

    /// <summary>Waits for what the server comes to in its own time; of its allocator.</summary>
    public async Task UntilAsync(Func<SlabStatistics, bool> isSo, string otherwise)
    {
        long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (!isSo(Kestrel))
        {
            Assert.True(Environment.TickCount64 < end, $"{otherwise}: {Kestrel}");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(s_patience);
        await App.StopAsync(patience.Token);
        await App.DisposeAsync();
    }

    // POST: the body back. GET /n: n bytes at once; with ?pieces as a serialiser writes them, with ?abort not to the end, with ?whole all in
    // memory before any is sent. /hang: until the client goes.
    private static async Task AnswerAsync(HttpContext context)
    {
        PipeWriter writer = context.Response.BodyWriter;
        string path = context.Request.Path.Value!;
        if (path == "/hang")
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return;
        }

        if (!int.TryParse(path.AsSpan(1), out int bytes))
        {
            context.Response.ContentLength = context.Request.ContentLength;
            await context.Request.BodyReader.CopyToAsync(writer, context.RequestAborted);
            return;
        }

        byte[] body = bytes > MostKept ? Body.Of(bytes) : s_bodies.GetOrAdd(bytes, Body.Of);
        if (!context.Request.QueryString.HasValue)
        {
            await writer.WriteAsync(body, context.RequestAborted);
            return;
        }

        for (int at = 0, piece; at < bytes; at += piece)
        {
            piece = Math.Min(bytes - at, 1 + (at % 20_011));
            body.AsSpan(at, piece).CopyTo(writer.GetSpan(piece));
            writer.Advance(piece);
            if (at > bytes / 2 && context.Request.QueryString.Value == "?abort")
            {
                context.Abort();
            }

            if (context.Request.QueryString.Value != "?whole")
            {
                await writer.FlushAsync(context.RequestAborted);
            }
        }
    }

    private sealed class Refusals : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<SlabMemoryLimitException> _seen = [];

        public IReadOnlyCollection<SlabMemoryLimitException> Seen => _seen;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && exception is SlabMemoryLimitException refusal)
            {
                _seen.Enqueue(refusal);
            }
        }

        public void Dispose()
        {
        }
    }
}
