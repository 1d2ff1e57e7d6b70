using System;
using BitSlab;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes allocators services.</summary>
public static class BitSlabServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="SlabAllocator"/> for the program, which is disposed with the container; nothing may use its blocks then. Its options are
    /// checked when the host starts, or, without a host, when the allocator is first asked for.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddAllocator().AddCheckedOptions(Options.Options.DefaultName);
        return services;
    }

    /// <summary>Adds one <see cref="SlabAllocator"/> for the program, with options set in code. See <see cref="AddBitSlab(IServiceCollection)"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options, after what earlier calls set.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, Action<BitSlabOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAllocator().AddCheckedOptions(Options.Options.DefaultName).Configure(configure);
        return services;
    }

    /// <summary>
    /// Adds one <see cref="SlabAllocator"/> for the program, with options from the configuration: a key for each property of
    /// <see cref="BitSlabOptions"/>. A key that is none of them, or a value that cannot be read, is an <see cref="InvalidOperationException"/> that
    /// names it when the host starts. A section that is not there leaves the defaults.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section that holds the options.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddAllocator().AddCheckedOptions(Options.Options.DefaultName).BindStrictly(configuration);
        return services;
    }

    /// <summary>Adds an allocator by key: <c>[FromKeyedServices("key")] SlabAllocator</c>. It shares nothing with the others.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, which is also the name of its options, and of the allocator where they set none.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, string key)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        services.AddAllocator(key).AddCheckedOptions(key);
        return services;
    }

    /// <summary>Adds an allocator by key, with options set in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, which is also the name of its options, and of the allocator where they set none.</param>
    /// <param name="configure">Sets options, after what earlier calls set for the key.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, string key, Action<BitSlabOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAllocator(key).AddCheckedOptions(key).Configure(configure);
        return services;
    }

    /// <summary>Adds an allocator by key, with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, which is also the name of its options, and of the allocator where they set none.</param>
    /// <param name="configuration">The section that holds the options.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, string key, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddAllocator(key).AddCheckedOptions(key).BindStrictly(configuration);
        return services;
    }

    private static IServiceCollection AddAllocator(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new SlabAllocator(OptionsOf(provider, Options.Options.DefaultName).Build()));
        return services;
    }

    private static IServiceCollection AddAllocator(this IServiceCollection services, string key)
    {
        services.TryAddKeyedSingleton(key, (provider, _) =>
        {
            SlabAllocatorOptions options = OptionsOf(provider, key).Build();
            return new SlabAllocator(options with { Name = options.Name ?? key });
        });
        return services;
    }

    private static BitSlabOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<BitSlabOptions>>().Get(name);

    private static OptionsBuilder<BitSlabOptions> AddCheckedOptions(this IServiceCollection services, string name)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BitSlabOptions>>(new BitSlabOptionsValidator()));
        return services.AddOptions<BitSlabOptions>(name).ValidateOnStart();
    }

    private static void BindStrictly(this OptionsBuilder<BitSlabOptions> options, IConfiguration configuration) =>
        options
            .Configure(_ => RefuseSizeClasses(configuration))
            .Bind(configuration, binder => binder.ErrorOnUnknownConfiguration = true);

    // The binder takes the key for a known one, and passes over it.
    private static void RefuseSizeClasses(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(nameof(BitSlabOptions.SizeClasses));
        if (section.Exists())
        {
            throw new InvalidOperationException(
                $"'{section.Key}', at '{section.Path}', cannot come from the configuration: name a file with '{nameof(BitSlabOptions.SizeClassesFile)}'.");
        }
    }
}
