using System;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace BitSlab.Extensions.Tests.DependencyInjection;

/// <summary>Bad options keep a host from starting, with a message that says what to put right.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("MaxManagedBlockSize", "63")]
    [InlineData("MaxManagedBlockSize", "32769")]
    [InlineData("ClassGranularity", "24")]
    [InlineData("BlocksPerSlab", "-1")]
    [InlineData("BlocksPerSlab", "5000")]
    [InlineData("MinimumAlignment", "0")]
    [InlineData("MemoryLimit", "0")]
    [InlineData("SoftLimit", "-9223372036854775808")]
    [InlineData("Prefault", "-1")]
    [InlineData("HugePages", "7")]
    [InlineData("Adaptive", "-3")]
    [InlineData("SizeClassesFile", "/no/such/profile.json")]
    public async Task A_value_out_of_its_range_is_named_with_its_property(string key, string value)
    {
        using IHost host = Container.HostOf(services => services.AddBitSlab(Container.Section((key, value))));
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(value, e.Message, StringComparison.Ordinal);
        Assert.Contains($"'BitSlab:{key}' with '{value}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_code_has_set_is_named_where_no_key_has_it()
    {
        using IHost host = Container.HostOf(
            services => services.AddBitSlab("cache", Container.Section(("MemoryLimit", "1000000"))).AddBitSlab("cache", o => o.Prefault = -1));
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.StartsWith("BitSlab 'cache': ", e.Message, StringComparison.Ordinal);
        Assert.Contains("Prefault", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_bad_allocators_are_named_at_once()
    {
        using IHost host = Container.HostOf(services => services
            .AddBitSlab("cache", Container.Section(("MemoryLimit", "0")))
            .AddBitSlab("events", o => o.Prefault = -1));
        AggregateException e = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync());
        Assert.All(e.InnerExceptions, inner => Assert.IsType<OptionsValidationException>(inner));
        Assert.Equal(["cache", "events"], e.InnerExceptions.Select(inner => ((OptionsValidationException)inner).OptionsName).Order());
    }

    [Fact]
    public async Task A_value_set_in_code_is_checked_alike_and_the_key_is_named()
    {
        using IHost host = Container.HostOf(services => services.AddBitSlab().AddBitSlab("cache", o => o.MinimumAlignment = 48));
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal("cache", e.OptionsName);
        string failure = Assert.Single(e.Failures);
        Assert.Contains("'cache'", failure, StringComparison.Ordinal);
        Assert.Contains("MinimumAlignment", failure, StringComparison.Ordinal);
        Assert.Contains("48", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_host_it_is_checked_when_the_allocator_is_made()
    {
        using ServiceProvider provider = Container.Of(services => services.AddBitSlab(o => o.MemoryLimit = -5));
        OptionsValidationException e = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<SlabAllocator>);
        Assert.Contains("MemoryLimit", e.Message, StringComparison.Ordinal);
        Assert.Contains("-5", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MemoryLimt")]
    [InlineData("Limits:Memory")]
    [InlineData("SizeClasses")]
    [InlineData("SizeClasses:0")]
    [InlineData("SoftLimitCallback")]
    public async Task A_key_that_is_no_option_is_named(string key)
    {
        using IHost host = Container.HostOf(services => services.AddBitSlab("cache", Container.Section(("MemoryLimit", "1000000"), (key, "7"))));
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains($"'{key.Split(':')[0]}'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MemoryLimit", "much")]
    [InlineData("MemoryLimit", "9223372036854775808")]
    [InlineData("MemoryLimit", "1.5")]
    [InlineData("BlocksPerSlab", "0x40")]
    [InlineData("HugePages", "Sometimes")]
    [InlineData("IdleGiveBack", "2")]
    public async Task A_value_that_cannot_be_read_is_named(string key, string value)
    {
        using IHost host = Container.HostOf(services => services.AddBitSlab(Container.Section((key, value))));
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains($"BitSlab:{key}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_options_let_it_start_and_no_allocator_is_made_for_the_check()
    {
        using IHost host = Container.HostOf(services => services.AddBitSlab(o => o.Prefault = 1L << 40).AddBitSlab("cache"));
        await host.StartAsync();
        await host.StopAsync();
    }
}
