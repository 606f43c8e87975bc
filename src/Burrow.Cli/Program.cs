using Burrow.Cli.Commands;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli;

/// <summary>The front door.</summary>
internal static class Program
{
    /// <summary>Read by System.Net.Sockets when the first socket is made: completions run on the thread that polls, which saves a switch for each read.</summary>
    const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    static async Task<int> Main(string[] arguments)
    {
        Environment.SetEnvironmentVariable(InlineCompletions, "1");
        StandardError.Prepare();
        try
        {
            return await CommandLine.RunAsync(arguments);
        }
        catch (Exception error)
        {
            Messages.Error(Printable.Text(error.Message));
            if (Verbosity.WantsTraces(arguments)) Console.Error.WriteLine(error);
            return ExitCode.Failed;
        }
    }
}
