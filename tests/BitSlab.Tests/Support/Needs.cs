using System;
using Xunit;

namespace BitSlab.Tests.Support;

/// <summary>What a test needs and not every system has: WebAssembly has neither. Without it the test that is running is skipped.</summary>
public static class Needs
{
    public static bool HasThreads => !OperatingSystem.IsBrowser();

    /// <summary>A second thread, of the test's or for finalizers.</summary>
    public static void Threads() => Assert.SkipUnless(HasThreads, "There is one thread only.");

    /// <summary>Pages that go back to the system one by one.</summary>
    public static void Pages() => Assert.SkipWhen(OperatingSystem.IsBrowser(), "Single pages do not go back.");

    /// <summary>What Linux alone has, or tells.</summary>
    public static void Linux(string what) => Assert.SkipUnless(OperatingSystem.IsLinux(), $"{what}: on Linux only.");

    /// <summary>A number that fits an address.</summary>
    public static void Bits(ulong number) => Assert.SkipWhen(number > nuint.MaxValue, "Addresses are too short for the number.");
}
