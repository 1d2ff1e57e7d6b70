using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
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
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private Server(WebApplication app) => App = app;

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.Single());

    public BitSlabMemoryPoolFactory Pools => App.Services.GetRequiredService<BitSlabMemoryPoolFactory>();

    public SlabStatistics Kestrel => Pools.GetStatistics()["kestrel"];

    public static Task<Server> StartAsync() => StartAsync(builder => builder.UseBitSlab());

    public static async Task<Server> StartAsync(Action<WebApplicationBuilder> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(o => o.Limits.MinRequestBodyDataRate = null);
        configure(builder);
        WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return new Server(app);
    }

    public HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 16 }) { BaseAddress = Address };

    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        return socket;
    }

    /// <summary>Waits until no block is rented: Kestrel notices the end of a connection in its own time.</summary>
    public async Task ReturnedAsync()
    {
        long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (Kestrel.LiveBlocks != 0)
        {
            Assert.True(Environment.TickCount64 < end, $"Blocks were not returned: {Kestrel.LiveBlocks}.");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(s_patience);
        await App.StopAsync(patience.Token);
        await App.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (int.TryParse(context.Request.Path.Value.AsSpan(1), out int bytes))
        {
            await context.Response.BodyWriter.WriteAsync(new byte[bytes], context.RequestAborted);
            return;
        }

        context.Response.ContentLength = context.Request.ContentLength;
        await context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
    }
}
