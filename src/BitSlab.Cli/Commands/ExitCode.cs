namespace BitSlab.Cli.Commands;

internal static class ExitCode
{
    public const int Good = 0;
    public const int FoundDamage = 1;
    public const int BadInput = 2;
}
