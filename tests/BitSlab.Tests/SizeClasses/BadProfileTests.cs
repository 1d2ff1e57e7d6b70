using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using BitSlab.Tests.Cli;
using Xunit;

namespace BitSlab.Tests.SizeClasses;

/// <summary>Files that are no profiles: each is named with its field and what is wrong with it.</summary>
public sealed class BadProfileTests
{
    // A good profile, in pieces that the tests replace one by one.
    private const string Format = "\"format\": \"bitslab-size-classes\"";
    private const string Version = "\"version\": 1";
    private const string Alignment = "\"alignment\": 8";
    private const string BlockSizes = "\"blockSizes\": [8, 48, 1024]";
    private const string Histogram = "\"histogram\": [{ \"size\": 40, \"count\": 7 }]";

    [Fact]
    public void The_pieces_are_a_good_profile()
    {
        using TemporaryFile file = With(string.Empty, string.Empty);

        Assert.Equal([8, 48, 1024], SizeClassProfile.Load(file.Path).BlockSizes);
        Assert.Equal(7, SizeClassProfile.Load(file.Path).CopyHistogram()!.Count);
    }

    [Theory]
    [InlineData(Format, "\"format\": \"other\"", "format is 'other', not 'bitslab-size-classes'.")]
    [InlineData(Format, "\"form\": \"bitslab-size-classes\"", "format is missing.")]
    [InlineData(Format, "\"format\": 1", "format is a number, not a string.")]
    [InlineData(Version, "\"version\": 2", "version is 2; this version of BitSlab reads 1.")]
    [InlineData(Version, "\"version\": 0", "version is 0; this version of BitSlab reads 1.")]
    [InlineData(Version, "\"v\": 1", "version is missing.")]
    [InlineData(Version, "\"version\": \"1\"", "version is a string, not a number.")]
    [InlineData(Version, "\"version\": 1.5", "version is 1.5, which is no whole number.")]
    [InlineData(Version, "\"version\": 9223372036854775808", "version is 9223372036854775808, which is no whole number.")]
    [InlineData(Alignment, "\"a\": 8", "alignment is missing.")]
    [InlineData(Alignment, "\"alignment\": null", "alignment is null, not a number.")]
    [InlineData(Alignment, "\"alignment\": 24", "alignment is 24, which is no power of two.")]
    [InlineData(Alignment, "\"alignment\": 0", "alignment is 0, not 1 to 4096.")]
    [InlineData(Alignment, "\"alignment\": -8", "alignment is -8, not 1 to 4096.")]
    [InlineData(Alignment, "\"alignment\": 8192", "alignment is 8192, not 1 to 4096.")]
    [InlineData(Alignment, "\"alignment\": 4294967304", "alignment is 4294967304, not 1 to 4096.")]
    [InlineData(BlockSizes, "\"blocksizes\": [8]", "blockSizes is missing.")]
    [InlineData(BlockSizes, "\"blockSizes\": {}", "blockSizes is an object, not an array.")]
    [InlineData(BlockSizes, "\"blockSizes\": true", "blockSizes is true or false, not an array.")]
    [InlineData(BlockSizes, "\"blockSizes\": []", "blockSizes has 0 entries, not 1 to 256.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, 32, 48, 40]", "blockSizes[3] is 40, which is not above the 48 before it.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, 48, 48]", "blockSizes[2] is 48, which is not above the 48 before it.")]
    [InlineData(BlockSizes, "\"blockSizes\": [0, 8]", "blockSizes[0] is 0, not 1 to 32768.")]
    [InlineData(BlockSizes, "\"blockSizes\": [-8, 8]", "blockSizes[0] is -8, not 1 to 32768.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, 32776]", "blockSizes[1] is 32776, not 1 to 32768.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, 4294967312]", "blockSizes[1] is 4294967312, not 1 to 32768.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, 1e30]", "blockSizes[1] is 1e30, which is no whole number.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, \"16\"]", "blockSizes[1] is \"16\", which is no whole number.")]
    [InlineData(BlockSizes, "\"blockSizes\": [8, 20]", "blockSizes[1] is 20, which is no multiple of the alignment, 8.")]
    [InlineData(Histogram, "\"histogram\": null", "histogram is null, not an array.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": 1, \"count\": 1 }, 40]", "histogram[1] is no object.")]
    [InlineData(Histogram, "\"histogram\": [{ \"count\": 1 }]", "histogram[0].size is missing.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": 1 }]", "histogram[0].count is missing.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": 0, \"count\": 1 }]", "histogram[0].size is 0, not 1 to 32768.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": 32769, \"count\": 1 }]", "histogram[0].size is 32769, not 1 to 32768.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": [], \"count\": 1 }]", "histogram[0].size is an array, not a number.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": 1, \"count\": -1 }]", "histogram[0].count is -1, not 0 to 35184372088832.")]
    [InlineData(
        Histogram,
        "\"histogram\": [{ \"size\": 1, \"count\": 2 }, { \"size\": 2, \"count\": 35184372088831 }]",
        "histogram[1].count is 35184372088831, not 0 to 35184372088830.")]
    [InlineData(
        Histogram,
        "\"histogram\": [{ \"size\": 1, \"count\": 92233720368547758070 }]",
        "histogram[0].count is 92233720368547758070, which is no whole number.")]
    [InlineData(Histogram, "\"histogram\": [{ \"size\": 1, \"count\": 1, \"aligned\": 1 }]", "histogram[0].aligned is a number, not true or false.")]
    public void A_bad_field_is_named(string piece, string instead, string message)
    {
        using TemporaryFile file = With(piece, instead);

        InvalidDataException bad = Assert.Throws<InvalidDataException>(() => SizeClassProfile.Load(file.Path));
        Assert.Equal($"{file.Path}: {message}", bad.Message);
    }

    [Fact]
    public void More_classes_than_there_can_be_are_refused()
    {
        using TemporaryFile file = With(BlockSizes, $"\"blockSizes\": [{string.Join(", ", Enumerable.Range(1, 257).Select(i => i * 8))}]");

        InvalidDataException bad = Assert.Throws<InvalidDataException>(() => SizeClassProfile.Load(file.Path));
        Assert.Equal($"{file.Path}: blockSizes has 257 entries, not 1 to 256.", bad.Message);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("size classes", 0)]
    [InlineData("{\n\"format\":\n!", 2)]
    [InlineData("{ \"format\": \"bitslab-size-classes\", ", 0)]
    [InlineData("{}\n{}", 1)]
    [InlineData("{} garbage", 0)]
    public void What_is_no_JSON_is_told_with_its_line(string text, long line)
    {
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(text), ".json");

        InvalidDataException bad = Assert.Throws<InvalidDataException>(() => SizeClassProfile.Load(file.Path));
        Assert.StartsWith($"{file.Path}: no JSON: ", bad.Message, StringComparison.Ordinal);
        Assert.Contains($"LineNumber: {line} ", bad.Message, StringComparison.Ordinal);
        Assert.Equal(line, Assert.IsAssignableFrom<JsonException>(bad.InnerException).LineNumber);
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\u00FF")]
    public void Text_that_is_none_is_told(string text)
    {
        using TemporaryFile file = new(Encoding.Latin1.GetBytes($"{{ \"format\": \"{text}\" }}"), ".json");

        InvalidDataException bad = Assert.Throws<InvalidDataException>(() => SizeClassProfile.Load(file.Path));
        Assert.Equal($"{file.Path}: a string is no Unicode text.", bad.Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"bitslab-size-classes\"")]
    public void Other_JSON_is_no_profile(string text)
    {
        using TemporaryFile file = new(Encoding.UTF8.GetBytes(text), ".json");

        InvalidDataException bad = Assert.Throws<InvalidDataException>(() => SizeClassProfile.Load(file.Path));
        Assert.Equal($"{file.Path}: the file is no JSON object.", bad.Message);
    }

    private static TemporaryFile With(string piece, string instead)
    {
        string[] pieces = [Format, Version, Alignment, BlockSizes, Histogram];
        return new(Encoding.UTF8.GetBytes($"{{ {string.Join(", ", pieces.Select(p => p == piece ? instead : p))} }}"), ".json");
    }
}
