using System;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using BitSlab.AspNetCore;
using BitSlab.Extensions.Tests.DependencyInjection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>How a server comes by native memory: any builder, any order, with options that are checked at start.</summary>
public sealed class UseBitSlabTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_web_host_builder_takes_it_before_and_after_Kestrel(bool before)
    {
        using IHost host = new HostBuilder()
            .ConfigureWebHost(web =>
            {
                _ = before ? web.UseBitSlab().UseKestrel() : web.UseKestrel().UseBitSlab(o => o.Name = "web");
                web.UseUrls("http://127.0.0.1:0").Configure(app => app.Run(context => context.Response.WriteAsync("hello")));
            })
            .Build();
        await host.StartAsync();
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using (HttpClient client = new() { BaseAddress = new Uri(address) })
        {
            Assert.Equal("hello", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
        }

        Assert.True(host.Services.GetRequiredService<BitSlabMemoryPoolFactory>().GetStatistics()["kestrel"].Slabs > 0);
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
}
