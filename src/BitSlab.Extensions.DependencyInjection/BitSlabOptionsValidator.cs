using System;
using System.IO;
using Microsoft.Extensions.Options;

namespace BitSlab;

/// <summary>
/// Finds what an allocator could not be made with, before it is made: the message names the property, its value and the allocator's key, and the key of
/// the configuration that has it.
/// </summary>
internal sealed class BitSlabOptionsValidator : IValidateOptions<BitSlabOptions>
{
    public ValidateOptionsResult Validate(string? name, BitSlabOptions options)
    {
        try
        {
            options.Build().Validate();
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            string whose = string.IsNullOrEmpty(name) ? "BitSlab" : $"BitSlab '{name}'";
            return ValidateOptionsResult.Fail($"{whose}{WhereFrom(options, e)}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    // The key with its whole path, and what it says: code may have set another value since.
    private static string WhereFrom(BitSlabOptions options, Exception e)
    {
        string? property = e is ArgumentException argument ? argument.ParamName : nameof(BitSlabOptions.SizeClassesFile);
        return property != null && options.Source?.GetSection(property) is { Value: { } value } entry
            ? $", configuration key '{entry.Path}' with '{value}'"
            : "";
    }
}
