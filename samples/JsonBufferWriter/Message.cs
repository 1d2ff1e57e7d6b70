using System.Buffers;
using System.Text.Json;

namespace JsonBufferWriter;

/// <summary>A message: a number, and readings that follow from it.</summary>
internal static class Message
{
    private const int Readings = 64;

    public static void Write(Utf8JsonWriter json, int number)
    {
        json.WriteStartObject();
        json.WriteNumber("number"u8, number);
        json.WriteStartArray("readings"u8);
        for (int i = 0; i < Readings; i++)
        {
            json.WriteStartObject();
            json.WriteString("sensor"u8, "temperature"u8);
            json.WriteNumber("value"u8, (number + i) % 1_000);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Reads a message back, from as many segments as it lies in.</summary>
    public static long Sum(in ReadOnlySequence<byte> message)
    {
        long sum = 0;
        Utf8JsonReader json = new(message);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.Number)
            {
                sum += json.GetInt64();
            }
        }

        return sum;
    }
}
