using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using BitSlab.AspNetCore;
using BitSlab.Extensions.Tests.DependencyInjection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>How a server comes by native memory: any builder, in its place, with options that are checked at start.</summary>
public sealed class UseBitSlabTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_web_host_builder_takes_it_after_Kestrel(bool named)
    {
        using IHost host = new HostBuilder()
            .ConfigureWebHost(web =>
            {
                web.UseKestrel().UseBitSlab(named ? o => o.Name = "web" : null).UseSockets();
                web.UseUrls("http://127.0.0.1:0").Configure(app => app.Run(context => context.Response.WriteAsync("hello")));
            })
            .Build();
        await host.StartAsync();
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using (HttpClient client = new() { BaseAddress = new Uri(address) })
        {
            Assert.Equal("hello", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
        }

        BitSlabMemoryPoolFactory pools = host.Services.GetRequiredService<BitSlabMemoryPoolFactory>();
        Assert.Same(pools, host.Services.GetRequiredService<IMemoryPoolFactory<byte>>());
        Assert.True(pools.GetStatistics()["kestrel"].Slabs > 0);
        await host.StopAsync();
    }

    [Fact]
    public void It_is_registered_once_however_often_it_is_asked_for()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.UseBitSlab().UseBitSlab(o => o.Name = "web").WebHost.UseBitSlab();
        builder.Services.AddBitSlabMemoryPool();
        using WebApplication app = builder.Build();
        IServiceProvider services = app.Services;
        Assert.Same(services.GetRequiredService<BitSlabMemoryPoolFactory>(), Assert.Single(services.GetServices<IMemoryPoolFactory<byte>>()));
        Assert.Single(
            services.GetServices<IConnectionListenerFactory>(),
            transport => transport.GetType().Assembly == typeof(BitSlabMemoryPoolFactory).Assembly);
    }

    [Fact]
    public async Task What_takes_its_place_keeps_the_server_from_starting()
    {
        InvalidOperationException kestrel = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Server.StartAsync(builder => builder.UseBitSlab().WebHost.UseKestrel()));
        Assert.Contains("added after BitSlab", kestrel.Message, StringComparison.Ordinal);
        Assert.Contains("UseKestrel", kestrel.Message, StringComparison.Ordinal);
        InvalidOperationException sockets = await Assert.ThrowsAsync<InvalidOperationException>(() => Server.StartAsync(
            builder => builder.UseBitSlab().Services.AddSingleton<IConnectionListenerFactory, SocketTransportFactory>()));
        Assert.Contains("SocketTransportFactory was added after BitSlab", sockets.Message, StringComparison.Ordinal);
        InvalidOperationException pool = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Server.StartAsync(builder => builder.UseBitSlab().Services.AddSingleton<IMemoryPoolFactory<byte>, OtherPools>()));
        Assert.Contains("OtherPools was added after BitSlab", pool.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_for_again_it_is_in_its_place_again()
    {
        await using Server server = await Server.StartAsync(builder =>
        {
            builder.UseBitSlab().WebHost.UseKestrel();
            builder.Services.AddSingleton<IConnectionListenerFactory, SocketTransportFactory>();
            builder.UseBitSlab();
        });
        using HttpClient client = server.Client();
        Assert.Equal(300_000, (await client.GetByteArrayAsync(new Uri("/300000", UriKind.Relative))).Length);
        Assert.True(server.Kestrel.Slabs > 0);
    }

    [Fact]
    public async Task A_transport_for_other_endpoints_may_come_last()
    {
        await using Server server = await Server.StartAsync(
            builder => builder.UseBitSlab().Services.AddSingleton<IConnectionListenerFactory, OtherTransport>());
        using HttpClient client = server.Client();
        Assert.Equal(7, (await client.GetByteArrayAsync(new Uri("/7", UriKind.Relative))).Length);
    }

    [Fact]
    public async Task Bad_options_keep_the_server_from_starting()
    {
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(
            () => Server.StartAsync(builder => builder.UseBitSlab(o => o.MaxManagedBlockSize = 63)));
        Assert.Contains("MaxManagedBlockSize", e.Message, StringComparison.Ordinal);
        InvalidOperationException unknown = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Server.StartAsync(builder => builder.Services.AddBitSlabMemoryPool(Container.Section(("MemoryLimt", "1")))));
        Assert.Contains("MemoryLimt", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_come_from_the_configuration()
    {
        await using Server server = await Server.StartAsync(
            builder => builder.Services.AddBitSlabMemoryPool(Container.Section(("MemoryLimit", "1"))));
        using HttpClient client = server.Client();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync(new Uri("/7", UriKind.Relative)));
        Assert.True(server.Kestrel.LimitRefusals > 0);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        ServiceCollection services = new();
        Assert.Throws<ArgumentNullException>("builder", () => ((WebApplicationBuilder)null!).UseBitSlab());
        Assert.Throws<ArgumentNullException>("builder", () => ((IWebHostBuilder)null!).UseBitSlab());
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlabMemoryPool());
        Assert.Throws<ArgumentNullException>("configure", () => services.AddBitSlabMemoryPool((Action<BitSlabOptions>)null!));
        Assert.Throws<ArgumentNullException>("configuration", () => services.AddBitSlabMemoryPool((IConfiguration)null!));
        Assert.Empty(services);
    }

    [SuppressMessage("Performance", "CA1812", Justification = "the container makes it")]
    private sealed class OtherPools : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }

    [SuppressMessage("Performance", "CA1812", Justification = "the container makes it")]
    private sealed class OtherTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
    {
        public bool CanBind(EndPoint endpoint) => false;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
