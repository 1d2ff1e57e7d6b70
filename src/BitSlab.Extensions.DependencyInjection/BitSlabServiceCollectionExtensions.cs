using System;
using System.Buffers;
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
    /// checked when the host starts, or, without a host, when the allocator is first asked for. On it, a <see cref="SlabMemoryPool{T}"/> for each
    /// element type, that of bytes as <see cref="MemoryPool{T}"/>, too; <see cref="SlabMemoryPoolOptions"/> registered before replace theirs.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddAllocator().AddBitSlabOptions(Options.Options.DefaultName);
        return services;
    }

    /// <summary>
    /// Adds one <see cref="SlabAllocator"/> for the program, with options set in code. See <see cref="AddBitSlab(IServiceCollection)"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options, after what earlier calls set.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, Action<BitSlabOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddAllocator().AddBitSlabOptions(Options.Options.DefaultName).Configure(configure);
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
        services.AddAllocator().AddBitSlabOptions(Options.Options.DefaultName, configuration);
        return services;
    }

    /// <summary>
    /// Adds an allocator by key: <c>[FromKeyedServices("key")] SlabAllocator</c>. It shares nothing with the others. On it, a
    /// <see cref="SlabMemoryPool{T}"/> of bytes, also as <see cref="MemoryPool{T}"/>, under the same key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key, which is also the name of its options, and of the allocator where they set none.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty.</exception>
    public static IServiceCollection AddBitSlab(this IServiceCollection services, string key)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        services.AddAllocator(key).AddBitSlabOptions(key);
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
        services.AddAllocator(key).AddBitSlabOptions(key).Configure(configure);
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
        services.AddAllocator(key).AddBitSlabOptions(key, configuration);
        return services;
    }

    /// <summary>
    /// Adds options only, checked when the host starts: for a service that makes an allocator itself, and asks for
    /// <see cref="IOptionsMonitor{TOptions}"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The options' name; empty for those of the allocator without a key.</param>
    /// <returns>The builder of these options.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static OptionsBuilder<BitSlabOptions> AddBitSlabOptions(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BitSlabOptions>>(new BitSlabOptionsValidator()));
        return services.AddOptions<BitSlabOptions>(name).ValidateOnStart();
    }

    /// <summary>
    /// Adds options only, from the configuration, checked as <see cref="AddBitSlab(IServiceCollection, IConfiguration)"/> does.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The options' name.</param>
    /// <param name="configuration">The section that holds the options.</param>
    /// <returns>The builder of these options.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static OptionsBuilder<BitSlabOptions> AddBitSlabOptions(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddBitSlabOptions(name)
            .Configure(options =>
            {
                RefuseSizeClasses(configuration);
                options.Source = configuration;
            })
            .Bind(configuration, binder => binder.ErrorOnUnknownConfiguration = true);
    }

    private static IServiceCollection AddAllocator(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new SlabAllocator(OptionsOf(provider, Options.Options.DefaultName).Build()));
        services.TryAddSingleton(provider => new SlabMemoryPoolOptions { Allocator = provider.GetRequiredService<SlabAllocator>() });
        // That of bytes apart: compiled ahead of time, a container makes no open generic of a value type.
        services.TryAddSingleton(provider => new SlabMemoryPool<byte>(provider.GetRequiredService<SlabMemoryPoolOptions>()));
        services.TryAddSingleton(typeof(SlabMemoryPool<>));
        services.TryAddSingleton<MemoryPool<byte>>(provider => provider.GetRequiredService<SlabMemoryPool<byte>>());
        return services;
    }

    private static IServiceCollection AddAllocator(this IServiceCollection services, string key)
    {
        services.TryAddKeyedSingleton(key, (provider, _) =>
        {
            SlabAllocatorOptions options = OptionsOf(provider, key).Build();
            return new SlabAllocator(options with { Name = options.Name ?? key });
        });
        services.TryAddKeyedSingleton(key, (provider, _) => new SlabMemoryPool<byte>(
            new SlabMemoryPoolOptions { Allocator = provider.GetRequiredKeyedService<SlabAllocator>(key) }));
        services.TryAddKeyedSingleton<MemoryPool<byte>>(key, (provider, _) => provider.GetRequiredKeyedService<SlabMemoryPool<byte>>(key));
        return services;
    }

    private static BitSlabOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<BitSlabOptions>>().Get(name);

    // The binder takes the key for a known one, and passes over it.
    private static void RefuseSizeClasses(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(nameof(BitSlabOptions.SizeClasses));
        if (section.Exists())
        {
            throw new InvalidOperationException(
                $"'{section.Key}', at '{section.Path}', cannot come from the configuration: " +
                $"name a file with '{nameof(BitSlabOptions.SizeClassesFile)}'.");
        }
    }
}
