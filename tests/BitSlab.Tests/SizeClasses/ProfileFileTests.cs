using System;
using System.IO;
using System.Linq;
using BitSlab.Tests.Cli;
using CsCheck;
using Xunit;

namespace BitSlab.Tests.SizeClasses;

/// <summary>Profiles in files: what is written is read, and what is there is not lost.</summary>
public sealed class ProfileFileTests
{
    [Fact]
    public void What_is_saved_is_loaded() =>
        Gen.Select(Requests.Many, Gen.Int[1, 256], Gen.Int[0, 12].Select(shift => 1 << shift)).Sample((requests, classes, alignment) =>
        {
            using TemporaryFile file = new(ending: ".json");
            SizeClassProfile saved = SizeClassProfile.Optimize(Requests.Histogram([.. requests, (1, 1)]), classes, alignment);
            saved.Save(file.Path);
            SizeClassProfile loaded = SizeClassProfile.Load(file.Path);
            Assert.Equal(saved.BlockSizes, loaded.BlockSizes);
            Assert.Equal((saved.Alignment, file.Path), (loaded.Alignment, loaded.Source));
            Assert.Equal(saved.CopyHistogram()!.Sizes, loaded.CopyHistogram()!.Sizes);
        }, iter: 50, threads: 1);

    [Fact]
    public void A_profile_needs_no_histogram_and_may_have_fields_of_others()
    {
        using TemporaryFile file = Text("""
            { "name": "mine", "blockSizes": [24, 40, 32768], "alignment": 8, "notes": { "blockSizes": 7 }, "version": 1, "format": "bitslab-size-classes" }
            """);
        SizeClassProfile loaded = SizeClassProfile.Load(file.Path);

        Assert.Equal([24, 40, 32_768], loaded.BlockSizes);
        Assert.Equal(8, loaded.Alignment);
        Assert.Null(loaded.CopyHistogram());
        loaded.Save(file.Path);
        Assert.DoesNotContain("histogram", File.ReadAllText(file.Path), StringComparison.Ordinal);
        Assert.Equal([24, 40, 32_768], SizeClassProfile.Load(file.Path).BlockSizes);
    }

    [Fact]
    public void Aligned_sizes_are_saved_and_loaded_as_such()
    {
        using TemporaryFile file = new(ending: ".json");
        SizeHistogram histogram = Requests.Histogram([(40, 3), (128, 2)]);
        histogram.AddAligned(100, 64, 5);
        SizeClassProfile.Optimize(histogram, 8).Save(file.Path);
        SizeHistogram loaded = SizeClassProfile.Load(file.Path).CopyHistogram()!;

        Assert.Equal([new(40, 3), new(128, 7)], loaded.Sizes);
        Assert.Equal([128], loaded.AlignedSizes);
    }

    [Fact]
    public void A_mark_at_the_beginning_that_editors_leave_does_no_harm()
    {
        using TemporaryFile file = Text("\uFEFF{ \"format\": \"bitslab-size-classes\", \"version\": 1, \"alignment\": 8, \"blockSizes\": [24] }");

        Assert.Equal([24], SizeClassProfile.Load(file.Path).BlockSizes);
    }

    [Fact]
    public void Block_sizes_cannot_be_changed() => Assert.IsNotType<int[]>(Some().BlockSizes);

    [Fact]
    public void A_profile_is_not_changed_through_the_copy_of_its_histogram()
    {
        SizeClassProfile profile = SizeClassProfile.Optimize(Requests.Histogram([(5, 1)]), 4);
        profile.CopyHistogram()!.Add(6);

        Assert.Equal(1, profile.CopyHistogram()!.Count);
    }

    [Fact]
    public void A_profile_is_not_changed_through_the_histogram_it_was_made_from()
    {
        SizeHistogram histogram = Requests.Histogram([(5, 1)]);
        SizeClassProfile profile = SizeClassProfile.Optimize(histogram, 4);
        histogram.Add(6);

        Assert.Equal(1, profile.CopyHistogram()!.Count);
    }

    [Fact]
    public void The_new_file_takes_the_place_of_the_old_one_when_it_is_complete()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file that is open is not replaced there.");
        string folder = Directory.CreateTempSubdirectory("bitslab-").FullName;
        try
        {
            string path = Path.Combine(folder, "profile.json");
            File.WriteAllText(path, "what was there");
            using (StreamReader old = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)))
            {
                Some().Save(path);

                // Written over, the old file would read as the new one.
                Assert.Equal("what was there", old.ReadToEnd());
            }

            Assert.Equal([path], Directory.GetFileSystemEntries(folder));
            Assert.Equal(Some().BlockSizes, SizeClassProfile.Load(path).BlockSizes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_save_that_fails_leaves_all_as_it_was()
    {
        string folder = Directory.CreateTempSubdirectory("bitslab-").FullName;
        try
        {
            string taken = Directory.CreateDirectory(Path.Combine(folder, "profile.json")).FullName;
            File.WriteAllText(Path.Combine(taken, "inside"), "what was there");

            Exception refused = Assert.ThrowsAny<Exception>(() => Some().Save(taken));
            Assert.True(refused is IOException or UnauthorizedAccessException, refused.ToString());
            Assert.Contains(taken, refused.Message, StringComparison.Ordinal);
            Assert.Equal([taken], Directory.GetFileSystemEntries(folder));
            Assert.Equal("what was there", File.ReadAllText(Path.Combine(taken, "inside")));
            Assert.ThrowsAny<IOException>(() => Some().Save(Path.Combine(folder, "none", "profile.json")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_is_missing_is_said_to_be()
    {
        using TemporaryFile file = new(ending: ".json");

        Assert.Equal(file.Path, Assert.Throws<FileNotFoundException>(() => SizeClassProfile.Load(file.Path)).FileName);
        Assert.Throws<ArgumentException>("path", () => SizeClassProfile.Load(string.Empty));
        Assert.Throws<ArgumentNullException>("path", () => Some().Save(null!));
    }

    [Fact]
    public void Many_classes_are_written_and_read()
    {
        using TemporaryFile file = new(ending: ".json");
        SizeHistogram histogram = Requests.Histogram(Enumerable.Range(1, 1_000).Select(size => (size, 1L)));
        SizeClassProfile.Optimize(histogram, SizeClassProfile.MaxClasses, alignment: 1).Save(file.Path);

        Assert.Equal(256, SizeClassProfile.Load(file.Path).BlockSizes.Count);
    }

    private static SizeClassProfile Some() => SizeClassProfile.Optimize(Requests.Histogram([(40, 3), (700, 1)]), 4);

    private static TemporaryFile Text(string content) => new(System.Text.Encoding.UTF8.GetBytes(content), ".json");
}
