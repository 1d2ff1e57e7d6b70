using System;
using System.Globalization;

namespace BitSlab.Child;

internal static class Report
{
    public static void Line(string name, long value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));

    public static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
