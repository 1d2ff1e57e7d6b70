using System;
using System.Diagnostics.Metrics;
using BitSlab;
using BitSlab.AspNetCore;
using BitSlab.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts BitSlab in the place of the memory pool that servers rent from.</summary>
public static class BitSlabMemoryPoolServiceCollectionExtensions
{
    /// <summary>The name of the options that the memory pool's allocators are made with.</summary>
    public const string OptionsName = "BitSlab.AspNetCore";

    /// <summary>
    /// Has Kestrel, and what else rents from an <see cref="IMemoryPoolFactory{T}"/> of bytes, rent native memory: registers a
    /// <see cref="BitSlabMemoryPoolFactory"/> in the place of the one that is there, or that comes later. The metrics of the framework's pool stay:
    /// the meter <c>Microsoft.AspNetCore.MemoryPool</c>.
    /// </summary>
    /// <remarks>
    /// Connections over sockets come with it, with the framework's <see cref="SocketTransportOptions"/>: the framework's own can send from arrays
    /// only. So <c>UseSockets</c> must not be called after it.
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
        // Kestrel asks the last one first.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, SlabSocketTransport>(
            provider => new SlabSocketTransport(
                provider.GetRequiredService<BitSlabMemoryPoolFactory>(), provider.GetRequiredService<IOptions<SocketTransportOptions>>())));
        return services;
    }
}
