namespace Burrow.Cli.Hosting;

/// <summary>What the program answers to its caller, for every command.</summary>
internal static class ExitCode
{
    /// <summary>Done; also a service that was stopped by SIGTERM.</summary>
    public const int Done = 0;

    /// <summary>Failed while running.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>A credential was refused, ours or the other side's.</summary>
    public const int Refused = 3;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
