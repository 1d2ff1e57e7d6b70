using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BitSlab.Extensions.Tests.DependencyInjection;

/// <summary>An allocator as a service: one for the program or one for each key, with its options, as long as the container.</summary>
public sealed class AllocatorServiceTests
{
    [Fact]
    public void There_is_one_for_the_program()
    {
        using ServiceProvider provider = Container.Of(services => services.AddBitSlab());
        SlabAllocator allocator = provider.GetRequiredService<SlabAllocator>();
        using IServiceScope scope = provider.CreateScope();
        Assert.Same(allocator, scope.ServiceProvider.GetRequiredService<SlabAllocator>());
        Assert.NotSame(SlabAllocator.Shared, allocator);
        Assert.Equal(SlabAllocatorOptions.Default, allocator.Options);
    }

    [Fact]
    public void Calls_add_up_in_their_order()
    {
        using ServiceProvider provider = Container.Of(services => services
            .AddBitSlab(Container.Section(("MemoryLimit", "1000000"), ("Name", "first")))
            .AddBitSlab(o => o.Name = "second")
            .AddBitSlab());
        SlabAllocatorOptions options = Assert.Single(provider.GetServices<SlabAllocator>()).Options;
        Assert.Equal((1_000_000, "second"), (options.MemoryLimit, options.Name));
    }

    [Fact]
    public void An_allocator_that_was_there_stays()
    {
        using SlabAllocator own = new();
        using ServiceProvider provider = Container.Of(services => services.AddSingleton(own).AddBitSlab());
        Assert.Same(own, provider.GetRequiredService<SlabAllocator>());
    }

    [Fact]
    public void It_goes_with_the_container()
    {
        SlabAllocator allocator, keyed;
        using (ServiceProvider provider = Container.Of(services => services.AddBitSlab().AddBitSlab("cache")))
        {
            allocator = provider.GetRequiredService<SlabAllocator>();
            keyed = provider.GetRequiredKeyedService<SlabAllocator>("cache");
            allocator.GetThreadHeap();
            keyed.GetThreadHeap();
        }

        Assert.Throws<ObjectDisposedException>(() => allocator.GetStatistics());
        Assert.Throws<ObjectDisposedException>(() => keyed.GetStatistics());
    }

    [Fact]
    public async Task It_goes_with_a_container_that_is_disposed_asynchronously()
    {
        SlabAllocator allocator;
        await using (ServiceProvider provider = Container.Of(services => services.AddBitSlab()))
        {
            allocator = provider.GetRequiredService<SlabAllocator>();
        }

        Assert.Throws<ObjectDisposedException>(() => allocator.GetStatistics());
    }

    [Fact]
    public void Each_key_has_its_own()
    {
        using ServiceProvider provider = Container.Of(services => services
            .AddBitSlab(o => o.MemoryLimit = 1_000_000)
            .AddBitSlab("cache", o => o.MemoryLimit = 2_000_000)
            .AddBitSlab("events", Container.Section(("MemoryLimit", "3000000"), ("Name", "broker")))
            .AddBitSlab("plain")
            .AddSingleton<Consumer>());
        Consumer consumer = provider.GetRequiredService<Consumer>();
        Assert.Equal((1_000_000, null), Told(consumer.Own));
        Assert.Equal((2_000_000, "cache"), Told(consumer.Cache));
        Assert.Equal((3_000_000, "broker"), Told(consumer.Events));
        Assert.Equal((long.MaxValue, "plain"), Told(provider.GetRequiredKeyedService<SlabAllocator>("plain")));
        Assert.Same(consumer.Cache, provider.GetRequiredKeyedService<SlabAllocator>("cache"));

        static (long Limit, string? Name) Told(SlabAllocator allocator) => (allocator.Options.MemoryLimit, allocator.Options.Name);
    }

    [Fact]
    public void A_key_alone_makes_no_allocator_without_one()
    {
        using ServiceProvider provider = Container.Of(services => services.AddBitSlab("cache"));
        Assert.Null(provider.GetService<SlabAllocator>());
        Assert.Null(provider.GetKeyedService<SlabAllocator>("other"));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        ServiceCollection services = new();
        IConfiguration section = Container.Section();
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlab());
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlab(_ => { }));
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlab(section));
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlab("key"));
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlab("key", _ => { }));
        Assert.Throws<ArgumentNullException>("services", () => ((IServiceCollection)null!).AddBitSlab("key", section));
        Assert.Throws<ArgumentNullException>("configure", () => services.AddBitSlab((Action<BitSlabOptions>)null!));
        Assert.Throws<ArgumentNullException>("configuration", () => services.AddBitSlab((IConfiguration)null!));
        Assert.Throws<ArgumentNullException>("configure", () => services.AddBitSlab("key", (Action<BitSlabOptions>)null!));
        Assert.Throws<ArgumentNullException>("configuration", () => services.AddBitSlab("key", (IConfiguration)null!));
        Assert.Throws<ArgumentNullException>("key", () => services.AddBitSlab((string)null!));
        Assert.Throws<ArgumentException>("key", () => services.AddBitSlab(""));
        Assert.Throws<ArgumentException>("key", () => services.AddBitSlab("", _ => { }));
        Assert.Throws<ArgumentException>("key", () => services.AddBitSlab("", section));
        Assert.Empty(services);
    }

    [SuppressMessage("Performance", "CA1812", Justification = "the container makes it")]
    private sealed class Consumer(
        SlabAllocator own, [FromKeyedServices("cache")] SlabAllocator cache, [FromKeyedServices("events")] SlabAllocator events)
    {
        public SlabAllocator Own => own;

        public SlabAllocator Cache => cache;

        public SlabAllocator Events => events;
    }
}
