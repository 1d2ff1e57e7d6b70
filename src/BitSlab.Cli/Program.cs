namespace BitSlab.Cli;

internal static class Program
{
    private static unsafe int Main(string[] args)
    {
        System.Console.WriteLine(typeof(BitSlab.SlabMemory).Assembly);
        System.Console.WriteLine(typeof(Program).Assembly);
        return 0;
    }
}
