using System;

namespace BitSlab.Traces;

/// <summary>Work that is compiled for one contender; see <see cref="Contender.Accept"/>.</summary>
internal interface IContenderVisitor<out TResult>
{
    TResult Visit<T>()
        where T : struct, IContender<T>, allows ref struct;
}

/// <summary>A contender by name: the step from a word on the command line to the type that a replay is compiled for.</summary>
internal abstract class Contender(string name, SlabAllocatorOptions? options)
{
    public string Name { get; } = name;

    /// <summary>The alignment of every block in bytes: malloc's, and BitSlab's unless its options say otherwise.</summary>
    public nuint MinimumAlignment { get; } = options == null ? (nuint)(2 * IntPtr.Size) : (nuint)options.MinimumAlignment;

    /// <summary>The allocator that <see cref="IContender{TSelf}.Open"/> wants, or null where it wants none. The caller disposes of it.</summary>
    public SlabAllocator? CreateAllocator() => options is null ? null : new SlabAllocator(options);

    public abstract TResult Accept<TResult>(IContenderVisitor<TResult> visitor);
}

internal sealed class Contender<T>(string name, SlabAllocatorOptions? options = null) : Contender(name, options)
    where T : struct, IContender<T>, allows ref struct
{
    public override TResult Accept<TResult>(IContenderVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return visitor.Visit<T>();
    }
}
