using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;
using Burrow.Endpoints.HostFiles;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Runs a relay tool; what it can't go on without becomes a line for the user and an exit code.</summary>
static class ToolRun
{
    /// <param name="tool">Runs until its end; returns an exit code.</param>
    public static async Task<int> RunAsync(Func<Task<int>> tool)
    {
        try
        {
            return await tool();
        }
        catch (RelayProblemException problem)
        {
            return Say(problem.Message, problem.ExitCode);
        }
        catch (HostFileException problem)
        {
            return Say(problem.Message, problem.IsContent ? ExitCode.Usage : ExitCode.Failed);
        }
        catch (KeyProblemException problem)
        {
            return Say(problem.Message, ExitCode.Usage);
        }
    }

    /// <param name="tool">As above.</param>
    /// <param name="stopped">The message when it was stopped before it had begun: a failure, for something was to be done.</param>
    /// <param name="stop">What stops it.</param>
    public static async Task<int> RunAsync(Func<Task<int>> tool, string stopped, CancellationToken stop)
    {
        try
        {
            return await RunAsync(tool);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Say(stopped, ExitCode.Failed);
        }
    }

    static int Say(string message, int exitCode)
    {
        Messages.Error(message);
        return exitCode;
    }
}
