using BitSlab.Traces;

namespace BitSlab.Benchmarks.Contenders;

/// <summary>Work that is compiled for one source of blocks; see <see cref="Subject.Accept"/>.</summary>
internal interface IBlockVisitor<out TResult>
{
    TResult Visit<T, TBlock>(SlabAllocator? allocator)
        where T : struct, IBlockSource<T, TBlock>, allows ref struct
        where TBlock : struct, IBlock;
}

/// <summary>A contender of the benchmarks: a native one, or one whose blocks are arrays.</summary>
internal abstract class Subject(string name)
{
    public string Name { get; } = name;

    /// <summary>The contender as the replays know it; null for arrays, which have no address to resize or align.</summary>
    public virtual Contender? Native => null;

    /// <summary>Compiles the work for this contender. The work owns the allocator it is given.</summary>
    public abstract TResult Accept<TResult>(IBlockVisitor<TResult> visitor);
}

internal sealed class NativeSubject(Contender native) : Subject(native.Name)
{
    public override Contender? Native => native;

    public override TResult Accept<TResult>(IBlockVisitor<TResult> visitor) =>
        native.Accept(new Compilation<TResult>(native, visitor));

    private sealed class Compilation<TResult>(Contender native, IBlockVisitor<TResult> visitor) : IContenderVisitor<TResult>
    {
        public TResult Visit<T>()
            where T : struct, IContender<T>, allows ref struct =>
            visitor.Visit<NativeSource<T>, NativeBlock>(native.CreateAllocator());
    }
}

internal sealed class ManagedSubject<T>(string name) : Subject(name)
    where T : struct, IBlockSource<T, ManagedBlock>
{
    public override TResult Accept<TResult>(IBlockVisitor<TResult> visitor) => visitor.Visit<T, ManagedBlock>(null);
}
