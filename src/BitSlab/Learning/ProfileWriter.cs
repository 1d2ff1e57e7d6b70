using System.IO;
using System.Text.Json;

namespace BitSlab.Learning;

/// <summary>Writes a profile as JSON.</summary>
internal static class ProfileWriter
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    public static void Write(SizeClassProfile profile, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, s_options);
        json.WriteStartObject();
        json.WriteString(ProfileFormat.FormatField, ProfileFormat.Name);
        json.WriteNumber(ProfileFormat.VersionField, ProfileFormat.Version);
        json.WriteNumber(ProfileFormat.AlignmentField, profile.Alignment);
        json.WriteStartArray(ProfileFormat.BlockSizesField);
        foreach (int size in profile.BlockSizes)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        if (profile.Histogram != null)
        {
            json.WriteStartArray(ProfileFormat.HistogramField);
            foreach ((int size, long count) in profile.Histogram.Sizes)
            {
                json.WriteStartObject();
                json.WriteNumber(ProfileFormat.SizeField, size);
                json.WriteNumber(ProfileFormat.CountField, count);
                if (profile.Histogram.AlignedSizes.Contains(size))
                {
                    json.WriteBoolean(ProfileFormat.AlignedField, true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
