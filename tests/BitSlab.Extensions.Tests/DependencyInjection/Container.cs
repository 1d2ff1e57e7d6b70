using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BitSlab.Extensions.Tests.DependencyInjection;

/// <summary>Containers and hosts with what a test adds to them.</summary>
internal static class Container
{
    public static ServiceProvider Of(Action<IServiceCollection> add)
    {
        ServiceCollection services = new();
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    public static IHost HostOf(Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        add(builder.Services);
        return builder.Build();
    }

    /// <summary>A section BitSlab with these keys and values.</summary>
    public static IConfiguration Section(params (string Key, string? Value)[] entries) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(entries.Select(entry => KeyValuePair.Create($"BitSlab:{entry.Key}", entry.Value)))
            .Build()
            .GetSection("BitSlab");
}
