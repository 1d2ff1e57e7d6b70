using System;
using System.Diagnostics.Metrics;
using System.Linq;
using BitSlab;
using BitSlab.AspNetCore;
using BitSlab.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts BitSlab in the place of the memory pool that servers rent from.</summary>
public static class BitSlabMemoryPoolServiceCollectionExtensions
{
    /// <summary>The name of the options that the memory pool's allocators are made with.</summary>
    public const string OptionsName = "BitSlab.AspNetCore";

    /// <summary>
    /// Has Kestrel, and what else rents from an <see cref="IMemoryPoolFactory{T}"/> of bytes, rent native memory: registers a
    /// <see cref="BitSlabMemoryPoolFactory"/> in the place of the one that is there. The metrics of the framework's pool stay: the meter
    /// <c>Microsoft.AspNetCore.MemoryPool</c>.
    /// </summary>
    /// <remarks>
    /// <para>Call it after <c>UseKestrel</c>, which brings a pool of its own each time; <c>ConfigureKestrel</c> may come before or after. Where
    /// another pool, or another transport over sockets, was added later, the host's start throws <see cref="InvalidOperationException"/>.</para>
    /// <para>Connections over sockets come with it, with the framework's <see cref="SocketTransportOptions"/>: the framework's own send what lies in
    /// several blocks from arrays only.</para>
    /// <para>At <see cref="BitSlabOptions.MemoryLimit"/> a request that needs more memory fails with <see cref="SlabMemoryLimitException"/>, which
    /// Kestrel logs, and its connection ends; the server goes on.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddBitSlabMemoryPool(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddBitSlabOptions(OptionsName);
        return services.ReplaceFactory();
    }

    /// <summary>
    /// Has Kestrel rent native memory, with options set in code. See <see cref="AddBitSlabMemoryPool(IServiceCollection)"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options, after what earlier calls set.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddBitSlabMemoryPool(this IServiceCollection services, Action<BitSlabOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddBitSlabOptions(OptionsName).Configure(configure);
        return services.ReplaceFactory();
    }

    /// <summary>
    /// Has Kestrel rent native memory, with options from the configuration, which are checked when the host starts. See
    /// <see cref="AddBitSlabMemoryPool(IServiceCollection)"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section that holds the options, a key for each property of <see cref="BitSlabOptions"/>.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddBitSlabMemoryPool(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddBitSlabOptions(OptionsName, configuration);
        return services.ReplaceFactory();
    }

    private static IServiceCollection ReplaceFactory(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new BitSlabMemoryPoolFactory(
            provider.GetRequiredService<IOptionsMonitor<BitSlabOptions>>().Get(OptionsName), provider.GetService<IMeterFactory>()));
        services.RemoveAll<IMemoryPoolFactory<byte>>();
        services.AddSingleton<IMemoryPoolFactory<byte>>(provider => provider.GetRequiredService<BitSlabMemoryPoolFactory>());
        // Kestrel asks the last one first: called again, after another was added, it is to be the last again.
        if (services.FirstOrDefault(service => !service.IsKeyedService && service.ImplementationType == typeof(SlabSocketTransport)) is { } added)
        {
            services.Remove(added);
        }

        services.AddSingleton<IConnectionListenerFactory, SlabSocketTransport>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OrderCheck>());
        return services;
    }
}
