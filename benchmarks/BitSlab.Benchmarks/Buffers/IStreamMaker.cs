using System.IO;
using Microsoft.IO;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>A kind of stream in memory.</summary>
internal interface IStreamMaker
{
    static abstract string Name { get; }

    static abstract Stream Create();
}

internal readonly struct SlabStreams : IStreamMaker
{
    public static string Name => "SlabStream";

    public static Stream Create() => new SlabStream();
}

internal readonly struct RecyclableStreams : IStreamMaker
{
    // With the defaults: blocks of 128 KiB.
    private static readonly RecyclableMemoryStreamManager s_manager = new();

    public static string Name => "RecyclableMemoryStream";

    public static Stream Create() => s_manager.GetStream();
}

internal readonly struct ArrayStreams : IStreamMaker
{
    public static string Name => "MemoryStream";

    public static Stream Create() => new MemoryStream();
}
