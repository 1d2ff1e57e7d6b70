namespace BitSlab.Learning;

/// <summary>The names in a profile's file.</summary>
internal static class ProfileFormat
{
    public const string Name = "bitslab-size-classes";
    public const int Version = 1;

    public const string FormatField = "format";
    public const string VersionField = "version";
    public const string AlignmentField = "alignment";
    public const string BlockSizesField = "blockSizes";
    public const string HistogramField = "histogram";
    public const string SizeField = "size";
    public const string CountField = "count";
    public const string AlignedField = "aligned";
}
