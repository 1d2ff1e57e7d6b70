using System;
using BitSlab;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts BitSlab in the place of a web host's memory pool.</summary>
public static class BitSlabWebHostBuilderExtensions
{
    /// <summary>
    /// Has Kestrel rent native memory. See <see cref="BitSlabMemoryPoolServiceCollectionExtensions.AddBitSlabMemoryPool(IServiceCollection)"/>.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Sets options of the memory's allocator; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static IWebHostBuilder UseBitSlab(this IWebHostBuilder builder, Action<BitSlabOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => services.AddBitSlabMemoryPool(configure ?? (_ => { })));
    }
}
