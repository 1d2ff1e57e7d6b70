using System;
using System.Globalization;
using System.IO;
using System.Numerics;
using System.Text.Json;

namespace BitSlab.Learning;

/// <summary>Reads a profile, and names what is wrong with one by its file and field. Fields that it does not know it leaves alone.</summary>
internal sealed class ProfileReader
{
    private readonly string _source;

    private ProfileReader(string source) => _source = source;

    public static SizeClassProfile Read(ReadOnlyMemory<byte> json, string source)
    {
        // Some editors begin a file so; the parser takes none.
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.Span.StartsWith(mark) ? json[mark.Length..] : json);
            return new ProfileReader(source).Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{source}: no JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // What the parser leaves for whoever asks for the text.
            throw new InvalidDataException($"{source}: a string is no Unicode text.", e);
        }
    }

    private SizeClassProfile Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Bad("the file", "is no JSON object");
        }

        JsonElement format = Require(root, ProfileFormat.FormatField, ProfileFormat.FormatField, JsonValueKind.String);
        if (!format.ValueEquals(ProfileFormat.Name))
        {
            throw Bad(ProfileFormat.FormatField, $"is '{format.GetString()}', not '{ProfileFormat.Name}'");
        }

        long version = Number(root, ProfileFormat.VersionField, ProfileFormat.VersionField, long.MinValue, long.MaxValue);
        if (version != ProfileFormat.Version)
        {
            throw Bad(ProfileFormat.VersionField, Invariant($"is {version}; this version of BitSlab reads {ProfileFormat.Version}"));
        }

        int alignment = (int)Number(root, ProfileFormat.AlignmentField, ProfileFormat.AlignmentField, 1, SizeClassProfile.MaxAlignment);
        if (!BitOperations.IsPow2(alignment))
        {
            throw Bad(ProfileFormat.AlignmentField, Invariant($"is {alignment}, which is no power of two"));
        }

        return new SizeClassProfile(ReadBlockSizes(root, alignment), alignment, ReadHistogram(root), _source);
    }

    private int[] ReadBlockSizes(JsonElement root, int alignment)
    {
        JsonElement list = Require(root, ProfileFormat.BlockSizesField, ProfileFormat.BlockSizesField, JsonValueKind.Array);
        if (list.GetArrayLength() is 0 or > SizeClassProfile.MaxClasses)
        {
            throw Bad(ProfileFormat.BlockSizesField, Invariant($"has {list.GetArrayLength()} entries, not 1 to {SizeClassProfile.MaxClasses}"));
        }

        int[] sizes = new int[list.GetArrayLength()];
        int i = 0;
        foreach (JsonElement entry in list.EnumerateArray())
        {
            string field = Invariant($"{ProfileFormat.BlockSizesField}[{i}]");
            sizes[i] = (int)Number(entry, field, 1, SizeHistogram.MaxSize);
            if (i > 0 && sizes[i] <= sizes[i - 1])
            {
                throw Bad(field, Invariant($"is {sizes[i]}, which is not above the {sizes[i - 1]} before it"));
            }

            if (sizes[i] % alignment != 0)
            {
                throw Bad(field, Invariant($"is {sizes[i]}, which is no multiple of the {ProfileFormat.AlignmentField}, {alignment}"));
            }

            i++;
        }

        return sizes;
    }

    private SizeHistogram? ReadHistogram(JsonElement root)
    {
        if (!root.TryGetProperty(ProfileFormat.HistogramField, out _))
        {
            return null;
        }

        SizeHistogram histogram = new();
        JsonElement list = Require(root, ProfileFormat.HistogramField, ProfileFormat.HistogramField, JsonValueKind.Array);
        int i = 0;
        foreach (JsonElement entry in list.EnumerateArray())
        {
            string field = Invariant($"{ProfileFormat.HistogramField}[{i++}]");
            if (entry.ValueKind != JsonValueKind.Object)
            {
                throw Bad(field, "is no object");
            }

            int size = (int)Number(entry, ProfileFormat.SizeField, $"{field}.{ProfileFormat.SizeField}", 1, SizeHistogram.MaxSize);
            string count = $"{field}.{ProfileFormat.CountField}";
            histogram.Add(
                size,
                Number(entry, ProfileFormat.CountField, count, 0, SizeHistogram.MaxCount - histogram.Count),
                IsTrue(entry, ProfileFormat.AlignedField, field));
        }

        return histogram;
    }

    private bool IsTrue(JsonElement parent, string name, string field) =>
        parent.TryGetProperty(name, out JsonElement element)
        && element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Bad($"{field}.{name}", $"is {NameOf(element.ValueKind)}, not true or false"),
        };

    private long Number(JsonElement parent, string name, string field, long minimum, long maximum) =>
        Number(Require(parent, name, field, JsonValueKind.Number), field, minimum, maximum);

    private long Number(JsonElement element, string field, long minimum, long maximum)
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out long value))
        {
            throw Bad(field, $"is {TextOf(element)}, which is no whole number");
        }

        return value >= minimum && value <= maximum
            ? value
            : throw Bad(field, Invariant($"is {value}, not {minimum} to {maximum}"));
    }

    private JsonElement Require(JsonElement parent, string name, string field, JsonValueKind kind)
    {
        if (!parent.TryGetProperty(name, out JsonElement element))
        {
            throw Bad(field, "is missing");
        }

        return element.ValueKind == kind ? element : throw Bad(field, $"is {NameOf(element.ValueKind)}, not {NameOf(kind)}");
    }

    private static string TextOf(JsonElement element)
    {
        const int Shown = 40;
        if (element.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
        {
            return NameOf(element.ValueKind);
        }

        string text = element.GetRawText();
        return text.Length <= Shown ? text : text[..Shown] + "…";
    }

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private InvalidDataException Bad(string field, string what) => new($"{_source}: {field} {what}.");
}
