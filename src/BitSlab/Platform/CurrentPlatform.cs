using System;

namespace BitSlab.Platform;

/// <summary>The primitives of the system that the process runs on, chosen once, at the start.</summary>
internal static class CurrentPlatform
{
    /// <summary>Whether there are primitives for it.</summary>
    /// <remarks>
    /// With threads 64 bits are needed: the core stores a bitmap word in one piece. In WebAssembly there is one thread.
    /// </remarks>
    public static bool IsSupported =>
        IsWebAssembly
        || (Environment.Is64BitProcess && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()));

    /// <summary>The primitives; the timer is the caller's to add.</summary>
    /// <exception cref="PlatformNotSupportedException">There are none.</exception>
    public static OsPrimitives Primitives =>
        !IsSupported ? throw new PlatformNotSupportedException()
        : IsWebAssembly ? PlainMemory.Primitives
        : OperatingSystem.IsWindows() ? WindowsMemory.Primitives
        : OperatingSystem.IsMacOS() ? MacMemory.Primitives
        : LinuxMemory.Primitives;

    private static bool IsWebAssembly => OperatingSystem.IsBrowser() || OperatingSystem.IsWasi();
}
