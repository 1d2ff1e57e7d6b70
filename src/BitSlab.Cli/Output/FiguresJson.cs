using System;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BitSlab.Cli.Measuring;

namespace BitSlab.Cli.Output;

/// <summary>The figures as JSON, by generated code: the program stays fit for ahead-of-time compilation.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)] // a trace without events has a time of 0
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(VerificationReport))]
[JsonSerializable(typeof(QueueReport))]
[JsonSerializable(typeof(MemoryFigures))]
internal sealed partial class FiguresJson : JsonSerializerContext
{
    /// <summary>One line, as between the processes.</summary>
    public static FiguresJson Line { get; } = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase });

    public static void Write<T>(string? file, T report, JsonTypeInfo<T> type)
    {
        if (file is not null)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(report, type) + "\n");
        }
    }

    public static MachineReport Machine()
    {
        Assembly library = typeof(SlabMemory).Assembly;
        string version = library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        bool optimised = true;
#if DEBUG
        optimised = false;
#endif
        return new MachineReport(
            version,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.OSDescription,
            RuntimeInformation.ProcessArchitecture.ToString(),
            Environment.ProcessorCount,
            optimised);
    }
}
