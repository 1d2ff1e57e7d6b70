using System.Buffers;
using System.Text.Json;
using BitSlab.Benchmarks.Measuring;

namespace BitSlab.Benchmarks.Buffers;

/// <summary>A message of some 2.4 KB is written by a JSON writer, over and over.</summary>
internal sealed class JsonWork<TTarget>(int slices) : SlicedWork(allocator: null, slices)
    where TTarget : IJsonTarget, new()
{
    /// <summary>Messages of a slice.</summary>
    public const int Messages = 16;

    private const int Readings = 64;

    private readonly TTarget _target = new();
    private readonly Utf8JsonWriter _json = new(new ArrayBufferWriter<byte>());

    protected override void Slice()
    {
        for (int i = 0; i < Messages; i++)
        {
            _json.Reset(_target.Next());
            _json.WriteStartArray();
            for (int k = 0; k < Readings; k++)
            {
                _json.WriteStartObject();
                _json.WriteString("sensor"u8, "temperature"u8);
                _json.WriteNumber("value"u8, k + i);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.Flush();
        }
    }

    protected override void Finish()
    {
        _json.Dispose();
        _target.Dispose();
    }
}
