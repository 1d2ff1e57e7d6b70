using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BitSlab.Extensions.Tests.DependencyInjection;

/// <summary>The settable options: all that an allocator's have, from code and from the configuration.</summary>
public sealed class BitSlabOptionsTests
{
    private static readonly Dictionary<string, string?> s_values = new()
    {
        ["MaxManagedBlockSize"] = "4096",
        ["ClassGranularity"] = "32",
        ["BlocksPerSlab"] = "128",
        ["MinimumAlignment"] = "64",
        ["Adaptive"] = "Learn",
        ["MemoryLimit"] = "268435456",
        ["SoftLimit"] = "134217728",
        ["UseMallocForLarge"] = "true",
        ["IdleGiveBack"] = "false",
        ["HugePages"] = "Off",
        ["Prefault"] = "4194304",
        ["TrackBuffers"] = "true",
        ["Name"] = "configured",
    };

    private static IEnumerable<PropertyInfo> Properties =>
        typeof(SlabAllocatorOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    [Fact]
    public void Every_property_of_the_record_can_be_set_and_arrives()
    {
        BitSlabOptions options = new();
        Assert.Equal(SlabAllocatorOptions.Default, options.Build());
        Dictionary<string, object> set = new()
        {
            ["SizeClasses"] = Profile(),
            ["SoftLimitCallback"] = (Action<SlabAllocator>)(_ => { }),
        };
        foreach (PropertyInfo property in Properties)
        {
            PropertyInfo mirror = typeof(BitSlabOptions).GetProperty(property.Name)!;
            Assert.Equal(property.PropertyType, mirror.PropertyType);
            object value = set.TryGetValue(property.Name, out object? found) ? found : Read(property.PropertyType, s_values[property.Name]!);
            Assert.NotEqual(value, mirror.GetValue(options));
            mirror.SetValue(options, value);
            Assert.Equal(value, property.GetValue(options.Build()));
        }

        static object Read(Type type, string value) =>
            type.IsEnum ? Enum.Parse(type, value) : Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Every_value_can_come_from_the_configuration()
    {
        using ServiceProvider provider = Container.Of(
            services => services.AddBitSlab(Container.Section([.. s_values.Select(entry => (entry.Key, entry.Value))])));
        SlabAllocatorOptions options = provider.GetRequiredService<SlabAllocator>().Options;
        foreach (PropertyInfo property in Properties.Where(property => s_values.ContainsKey(property.Name)))
        {
            string found = Convert.ToString(property.GetValue(options), CultureInfo.InvariantCulture)!;
            Assert.Equal(s_values[property.Name], found, ignoreCase: true);
        }
    }

    [Fact]
    public void Keys_may_be_written_in_any_case_and_an_absent_section_leaves_the_defaults()
    {
        using ServiceProvider provider = Container.Of(services => services
            .AddBitSlab(Container.Section(("memorylimit", "5000000"), ("hugepages", "hint")))
            .AddBitSlab("other", Container.Section()));
        SlabAllocatorOptions options = provider.GetRequiredService<SlabAllocator>().Options;
        Assert.Equal((5_000_000, HugePages.Hint), (options.MemoryLimit, options.HugePages));
        Assert.Equal(SlabAllocatorOptions.Default with { Name = "other" }, provider.GetRequiredKeyedService<SlabAllocator>("other").Options);
    }

    [Fact]
    public void Size_classes_come_from_a_file()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        SizeClassProfile profile = Profile();
        profile.Save(path);
        try
        {
            using ServiceProvider provider = Container.Of(services => services.AddBitSlab(Container.Section(("SizeClassesFile", path))));
            Assert.Equal(profile.BlockSizes, provider.GetRequiredService<SlabAllocator>().Options.SizeClasses!.BlockSizes);
            BitSlabOptions both = new() { SizeClassesFile = path, SizeClasses = profile };
            Assert.Contains(path, Assert.Throws<ArgumentException>(both.Build).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }

        BitSlabOptions missing = new() { SizeClassesFile = path };
        Assert.Throws<FileNotFoundException>(missing.Build);
        Assert.Null(new BitSlabOptions { SizeClassesFile = "" }.Build().SizeClasses);
    }

    private static SizeClassProfile Profile()
    {
        SizeHistogram sizes = new();
        sizes.Add(640, 100);
        sizes.Add(1_100, 100);
        return SizeClassProfile.Optimize(sizes, classes: 2, maxBlockSize: 4_096);
    }
}
