using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using BitSlab.Learning;

namespace BitSlab;

/// <summary>
/// A ladder of size classes, made for the sizes that a program asks for: see <see cref="SlabAllocatorOptions.SizeClasses"/>. It can be kept in a file.
/// Does not change.
/// </summary>
public sealed class SizeClassProfile
{
    /// <summary>The most classes that a profile can have.</summary>
    public const int MaxClasses = 256;

    internal const int MaxAlignment = 4_096;

    internal SizeClassProfile(int[] blockSizes, int alignment, SizeHistogram? histogram, string? source)
    {
        BlockSizes = [.. blockSizes];
        Alignment = alignment;
        Histogram = histogram;
        Source = source;
    }

    /// <summary>The block size of each class in bytes, ascending. A request gets the first that holds it.</summary>
    public IReadOnlyList<int> BlockSizes { get; }

    /// <summary>The alignment in bytes that all blocks of these sizes can have: a power of two that divides each.</summary>
    public int Alignment { get; }

    /// <summary>The file that the profile was loaded from; null for none.</summary>
    public string? Source { get; }

    /// <summary>The requests that the profile was made from, which stay as they are; null where they are not known.</summary>
    internal SizeHistogram? Histogram { get; }

    /// <summary>A copy of the requests that the profile was made from; null where they are not known.</summary>
    public SizeHistogram? CopyHistogram()
    {
        if (Histogram == null)
        {
            return null;
        }

        SizeHistogram copy = new();
        copy.Add(Histogram);
        return copy;
    }

    /// <summary>
    /// The profile that wastes the fewest bytes within blocks, of all that have at most so many classes: the exact optimum, found by dynamic
    /// programming in O(classes · n · log n) steps for n different sizes. Sizes that are also wanted with an alignment are block sizes in any case, unless they are more than
    /// half of the classes.
    /// </summary>
    /// <param name="histogram">The requests. Those above <paramref name="maxBlockSize"/> are left out: no class serves them.</param>
    /// <param name="classes">The most classes, 1 to <see cref="MaxClasses"/>. There are fewer where more would save nothing.</param>
    /// <param name="alignment">All block sizes are multiples of it: a power of two, 1 to 4,096 bytes.</param>
    /// <param name="maxBlockSize">
    /// What the last class holds, 1 to 32,768 bytes, so that every size up to it has a class: the <see cref="SlabAllocatorOptions.MaxManagedBlockSize"/>
    /// of the allocator that the profile is for.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="histogram"/> is null.</exception>
    /// <exception cref="ArgumentException">The histogram has no request of a size up to <paramref name="maxBlockSize"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static SizeClassProfile Optimize(
        SizeHistogram histogram, int classes, int alignment = 16, int maxBlockSize = SizeHistogram.MaxSize)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, MaxClasses);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBlockSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBlockSize, SizeHistogram.MaxSize);
        if (alignment is < 1 or > MaxAlignment || !BitOperations.IsPow2(alignment))
        {
            throw new ArgumentOutOfRangeException(
                nameof(alignment), alignment, $"The alignment must be a power of two from 1 to {MaxAlignment}.");
        }

        SizeHistogram served = new();
        foreach ((int size, long count) in histogram.Sizes.TakeWhile(entry => entry.Key <= maxBlockSize))
        {
            served.Add(size, count, histogram.AlignedSizes.Contains(size));
        }

        if (served.Count == 0)
        {
            throw new ArgumentException($"The histogram has no request of at most {maxBlockSize} bytes.", nameof(histogram));
        }

        int[] sizes = [.. served.Sizes.Select(entry => entry.Key)];
        long[] requests = [.. served.Sizes.Select(entry => entry.Value)];
        bool[] required = [.. sizes.Select(size => served.AlignedSizes.Contains(size))];
        int[] blockSizes = LadderOptimizer.Optimize(sizes, requests, required, classes, alignment, maxBlockSize);
        return new SizeClassProfile(blockSizes, alignment, served, source: null);
    }

    /// <summary>Reads a profile from a file, as <see cref="Save"/> writes it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is no profile. The message names the file and the field.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static SizeClassProfile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ProfileReader.Read(File.ReadAllBytes(path), path);
    }

    /// <summary>
    /// Writes the profile to a file, in JSON, with the requests that it was made from. A file of that name is replaced once the new one is complete.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written. A file of that name is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; on Windows also: it is open, or a folder.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string draft = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(draft, FileMode.CreateNew, FileAccess.Write))
            {
                ProfileWriter.Write(this, stream);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (UnauthorizedAccessException refused)
        {
            // On Windows it does not say to what.
            File.Delete(draft);
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.", refused);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
