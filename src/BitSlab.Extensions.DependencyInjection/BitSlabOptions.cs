using System;
using System.IO;
using Microsoft.Extensions.Configuration;

namespace BitSlab;

/// <summary>
/// The parameters of an allocator that is a service, as <see cref="SlabAllocatorOptions"/> has them, but settable: in code, or from the
/// configuration, where each property has a key of its name. Read when the allocator is made; what changes later has no effect.
/// </summary>
public sealed class BitSlabOptions
{
    /// <summary>See <see cref="SlabAllocatorOptions.MaxManagedBlockSize"/>, bytes. Default 32,768.</summary>
    public int MaxManagedBlockSize { get; set; } = SlabAllocatorOptions.Default.MaxManagedBlockSize;

    /// <summary>See <see cref="SlabAllocatorOptions.ClassGranularity"/>, bytes. Default 16.</summary>
    public int ClassGranularity { get; set; } = SlabAllocatorOptions.Default.ClassGranularity;

    /// <summary>See <see cref="SlabAllocatorOptions.BlocksPerSlab"/>. Default 0: chosen by the block size.</summary>
    public int BlocksPerSlab { get; set; } = SlabAllocatorOptions.Default.BlocksPerSlab;

    /// <summary>See <see cref="SlabAllocatorOptions.MinimumAlignment"/>, bytes. Default 16.</summary>
    public int MinimumAlignment { get; set; } = SlabAllocatorOptions.Default.MinimumAlignment;

    /// <summary>
    /// See <see cref="SlabAllocatorOptions.SizeClasses"/>. Default null. Not from the configuration, and not together with
    /// <see cref="SizeClassesFile"/>.
    /// </summary>
    public SizeClassProfile? SizeClasses { get; set; }

    /// <summary>
    /// A file with the size classes, as <see cref="SizeClassProfile.Save"/> writes it; a relative path is one to the working directory.
    /// Default null, as is an empty path: those of <see cref="SizeClasses"/>.
    /// </summary>
    public string? SizeClassesFile { get; set; }

    /// <summary>See <see cref="SlabAllocatorOptions.Adaptive"/>. Default <see cref="AdaptiveSizing.Off"/>.</summary>
    public AdaptiveSizing Adaptive { get; set; } = SlabAllocatorOptions.Default.Adaptive;

    /// <summary>See <see cref="SlabAllocatorOptions.MemoryLimit"/>, bytes. Default <see cref="long.MaxValue"/>, no limit.</summary>
    public long MemoryLimit { get; set; } = SlabAllocatorOptions.Default.MemoryLimit;

    /// <summary>See <see cref="SlabAllocatorOptions.SoftLimit"/>, bytes. Default 75 % of the memory that is available.</summary>
    public long SoftLimit { get; set; } = SlabAllocatorOptions.Default.SoftLimit;

    /// <summary>
    /// See <see cref="SlabAllocatorOptions.SoftLimitCallback"/>. Default null: the allocator trims. Not from the configuration.
    /// </summary>
    public Action<SlabAllocator>? SoftLimitCallback { get; set; }

    /// <summary>See <see cref="SlabAllocatorOptions.UseMallocForLarge"/>. Default false.</summary>
    public bool UseMallocForLarge { get; set; } = SlabAllocatorOptions.Default.UseMallocForLarge;

    /// <summary>See <see cref="SlabAllocatorOptions.IdleGiveBack"/>. Default true.</summary>
    public bool IdleGiveBack { get; set; } = SlabAllocatorOptions.Default.IdleGiveBack;

    /// <summary>See <see cref="SlabAllocatorOptions.HugePages"/>. Default <see cref="HugePages.Automatic"/>.</summary>
    public HugePages HugePages { get; set; } = SlabAllocatorOptions.Default.HugePages;

    /// <summary>See <see cref="SlabAllocatorOptions.Prefault"/>, bytes. Default 0.</summary>
    public long Prefault { get; set; } = SlabAllocatorOptions.Default.Prefault;

    /// <summary>See <see cref="SlabAllocatorOptions.TrackBuffers"/>. Default false.</summary>
    public bool TrackBuffers { get; set; } = SlabAllocatorOptions.Default.TrackBuffers;

    /// <summary>
    /// See <see cref="SlabAllocatorOptions.Name"/>. Default null: an allocator with a key has that as its name, the other has none.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The section of the configuration that values came from; null for none. For messages.</summary>
    internal IConfiguration? Source { get; set; }

    /// <summary>
    /// Makes the record that an allocator is made from. Reads <see cref="SizeClassesFile"/>; the ranges are checked by
    /// <see cref="SlabAllocatorOptions.Validate"/>.
    /// </summary>
    /// <exception cref="ArgumentException"><see cref="SizeClasses"/> and <see cref="SizeClassesFile"/> are both set.</exception>
    /// <exception cref="InvalidDataException">The file is no profile. The message names the file and the field.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public SlabAllocatorOptions Build()
    {
        return new SlabAllocatorOptions
        {
            MaxManagedBlockSize = MaxManagedBlockSize,
            ClassGranularity = ClassGranularity,
            BlocksPerSlab = BlocksPerSlab,
            MinimumAlignment = MinimumAlignment,
            SizeClasses = LoadSizeClasses(),
            Adaptive = Adaptive,
            MemoryLimit = MemoryLimit,
            SoftLimit = SoftLimit,
            SoftLimitCallback = SoftLimitCallback,
            UseMallocForLarge = UseMallocForLarge,
            IdleGiveBack = IdleGiveBack,
            HugePages = HugePages,
            Prefault = Prefault,
            TrackBuffers = TrackBuffers,
            Name = Name,
        };
    }

    private SizeClassProfile? LoadSizeClasses()
    {
        if (string.IsNullOrEmpty(SizeClassesFile))
        {
            return SizeClasses;
        }

        if (SizeClasses != null)
        {
            throw new ArgumentException($"{nameof(SizeClassesFile)} is '{SizeClassesFile}', but {nameof(SizeClasses)} are given.");
        }

        return SizeClassProfile.Load(SizeClassesFile);
    }
}
