using System;
using System.IO;
using Microsoft.Extensions.Options;

namespace BitSlab;

/// <summary>
/// Finds what an allocator could not be made with, before it is made: the message names the property, its value and the allocator's key.
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
            return ValidateOptionsResult.Fail($"{whose}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
