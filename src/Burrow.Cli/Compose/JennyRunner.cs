using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Compose;

/// <summary>Runs Jenny.</summary>
internal static class JennyRunner
{
    /// <summary>Runs until the context says stop.</summary>
    /// <returns>An exit code.</returns>
    public static Task<int> RunAsync(JennyOptions options, RunContext context)
    {
        Messages.Error($"this build has no tunnel to wait on {options.Listens[0]} with ({context.Terminal})");
        return Task.FromResult(ExitCode.Failed);
    }
}
