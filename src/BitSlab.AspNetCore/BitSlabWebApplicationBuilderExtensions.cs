using System;
using BitSlab;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts BitSlab in the place of a web application's memory pool.</summary>
public static class BitSlabWebApplicationBuilderExtensions
{
    /// <summary>
    /// Has Kestrel rent native memory. See <see cref="BitSlabMemoryPoolServiceCollectionExtensions.AddBitSlabMemoryPool(IServiceCollection)"/>.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Sets options of the memory's allocator; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static WebApplicationBuilder UseBitSlab(this WebApplicationBuilder builder, Action<BitSlabOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddBitSlabMemoryPool(configure ?? (_ => { }));
        return builder;
    }
}
