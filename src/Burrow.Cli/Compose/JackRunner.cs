using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Compose;

/// <summary>Runs Jack.</summary>
internal static class JackRunner
{
    /// <summary>Runs until the context says stop or the credential is refused.</summary>
    /// <returns>An exit code.</returns>
    public static Task<int> RunAsync(JackOptions options, RunContext context)
    {
        Messages.Error($"this build has no tunnel to reach {options.Tunnels[0]} with ({context.Terminal})");
        return Task.FromResult(ExitCode.Failed);
    }
}
