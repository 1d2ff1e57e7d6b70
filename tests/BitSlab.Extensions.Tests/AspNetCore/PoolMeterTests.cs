using System;
using System.Buffers;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using BitSlab.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BitSlab.Extensions.Tests.AspNetCore;

/// <summary>The meter of the framework's pool, on ours: the same names, units and tags, and figures that add up.</summary>
public sealed class PoolMeterTests
{
    [Fact]
    public async Task It_tells_what_the_framework_s_own_pool_tells()
    {
        (IReadOnlyDictionary<string, Instrument> Instruments, (string Name, string Tags)[] Told) framework = await ListenAsync(_ => { });
        (IReadOnlyDictionary<string, Instrument> Instruments, (string Name, string Tags)[] Told) own = await ListenAsync(
            services => services.AddBitSlabMemoryPool());
        Assert.NotEmpty(framework.Instruments);
        Assert.Equal(framework.Instruments.Keys.Order(), own.Instruments.Keys.Order());
        foreach ((string name, Instrument instrument) in framework.Instruments)
        {
            Instrument found = own.Instruments[name];
            Assert.Equal(instrument.Unit, found.Unit);
            Assert.Equal(instrument.GetType(), found.GetType());
            Assert.Equal((instrument.Meter.Version, instrument.Meter.Tags), (found.Meter.Version, found.Meter.Tags));
            Assert.Equal(instrument.Description, found.Description);
        }

        // Nothing is evicted there within the test's time.
        string tag = "aspnetcore.memory_pool.owner=kestrel";
        Assert.All(framework.Told, told => Assert.Equal(tag, told.Tags));
        Assert.Equal(framework.Told, own.Told);

        static async Task<(IReadOnlyDictionary<string, Instrument> Instruments, (string Name, string Tags)[] Told)> ListenAsync(
            Action<IServiceCollection> add)
        {
            PoolListener? listener = null;
            try
            {
                await using Server server = await Server.StartAsync(builder => add(builder.Services));
                listener = new PoolListener(server.App.Services.GetRequiredService<IMeterFactory>());
                using HttpClient client = server.Client();
                await client.GetByteArrayAsync(new Uri("/100000", UriKind.Relative));
                // What the timer does.
                server.App.Services.GetService<BitSlabMemoryPoolFactory>()?.Tell();
                return (listener.Instruments, [.. listener.Told]);
            }
            finally
            {
                listener?.Dispose();
            }
        }
    }

    [Fact]
    public void Its_figures_add_up()
    {
        using ServiceProvider provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = provider.GetRequiredService<IMeterFactory>();
        using BitSlabMemoryPoolFactory pools = new(meters: meters);
        using PoolListener listener = new(meters);
        using MemoryPool<byte> pool = pools.Create(new MemoryPoolOptions { Owner = "test" });
        pools.Tell();
        Assert.Equal((0, 0, 0), (listener["rented"], listener["pooled"], listener["allocated"]));

        IMemoryOwner<byte>[] owners = [.. Enumerable.Range(0, 1_000).Select(_ => pool.Rent())];
        Assert.Equal(1_000 * 4_096, listener["rented"]);
        AssertSum();
        foreach (IMemoryOwner<byte> owner in owners.Skip(1))
        {
            owner.Dispose();
        }

        AssertSum();
        long allocated = listener["allocated"];
        pools.Trim();
        AssertSum();
        Assert.True(listener["evicted"] > 3 << 20, $"{listener["evicted"]} bytes were evicted.");
        Assert.True(listener["allocated"] >= allocated, "A total has fallen.");
        owners[0].Dispose();
        Assert.Equal(1_000 * 4_096, listener["rented"]);
        pool.Rent().Dispose();
        pools.Tell();
        Assert.True(listener["pooled"] >= 4_096, $"{listener["pooled"]} bytes are pooled.");
        pools.Dispose();
        Assert.Equal(0, listener["pooled"]);

        void AssertSum()
        {
            pools.Tell();
            long live = pools.GetStatistics()["test"].LiveBytes;
            Assert.Equal(listener["allocated"], listener["pooled"] + live + listener["evicted"]);
        }
    }

    [Fact]
    public void A_total_does_not_fall_when_a_block_of_its_own_mapping_goes()
    {
        using ServiceProvider provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = provider.GetRequiredService<IMeterFactory>();
        using BitSlabMemoryPoolFactory pools = new(meters: meters);
        using PoolListener listener = new(meters);
        using MemoryPool<byte> pool = pools.Create();
        long allocated;
        using (pool.Rent(16 << 20))
        {
            pools.Tell();
            allocated = listener["allocated"];
            Assert.True(allocated >= 16 << 20, $"{allocated} bytes");
        }

        pools.Tell();
        Assert.True(listener["allocated"] >= allocated, $"From {allocated} to {listener["allocated"]}.");
        Assert.All(listener.Told, told => Assert.Equal("", told.Tags));
    }

    [Fact]
    public void A_listener_that_comes_late_hears_all_but_what_was_rented()
    {
        using ServiceProvider provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = provider.GetRequiredService<IMeterFactory>();
        using BitSlabMemoryPoolFactory pools = new(meters: meters);
        using MemoryPool<byte> pool = pools.Create();
        pool.Rent().Dispose();
        pools.Tell();
        using PoolListener listener = new(meters);
        pools.Tell();
        Assert.Equal(0, listener["rented"]);
        Assert.True(listener["allocated"] >= 4_096 && listener["pooled"] >= 4_096, $"{listener["allocated"]}, {listener["pooled"]}");
    }

    [Fact]
    public async Task Figures_are_told_without_a_call()
    {
        using ServiceProvider provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = provider.GetRequiredService<IMeterFactory>();
        using BitSlabMemoryPoolFactory pools = new(meters: meters);
        using PoolListener listener = new(meters);
        using MemoryPool<byte> pool = pools.Create();
        pool.Rent().Dispose();
        while (listener["allocated"] == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
