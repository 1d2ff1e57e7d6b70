using System;
using System.Buffers;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>What a JSON writer writes to, once for each message.</summary>
internal interface IJsonTarget : IDisposable
{
    static abstract string Name { get; }

    /// <summary>The buffer, empty.</summary>
    IBufferWriter<byte> Next();
}

internal sealed class SlabWriterTarget : IJsonTarget
{
    private readonly SlabBufferWriter _writer = new();

    public static string Name => "SlabBufferWriter";

    public IBufferWriter<byte> Next()
    {
        _writer.Clear();
        return _writer;
    }

    public void Dispose() => _writer.Dispose();
}

internal sealed class ArrayWriterTarget : IJsonTarget
{
    private readonly ArrayBufferWriter<byte> _writer = new();

    public static string Name => "ArrayBufferWriter";

    public IBufferWriter<byte> Next()
    {
        _writer.ResetWrittenCount();
        return _writer;
    }

    public void Dispose()
    {
    }
}

internal sealed class NewArrayWriterTarget : IJsonTarget
{
    public static string Name => "new ArrayBufferWriter each";

    public IBufferWriter<byte> Next() => new ArrayBufferWriter<byte>();

    public void Dispose()
    {
    }
}
