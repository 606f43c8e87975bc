using System.CommandLine;
using System.Text.Json;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Spectre.Console;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow status</c>: what the running processes are doing.</summary>
internal static class StatusCommand
{
    /// <summary>Tables in a pipe are not folded to a terminal's width: other programs read them line by line.</summary>
    const int WidthOfPipes = 400;

    public static Command Create()
    {
        var process = new Argument<int?>("PID") { Arity = ArgumentArity.ZeroOrOne, Description = "One process only" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("status", "Show what the running processes of this user are doing.") { process, json };
        command.Add(Help.Option(("burrow status", "a table"), ("burrow status --json", "for other programs")));
        command.SetAction((parsed, _) => RunAsync(Hosting.Directories.OfThisProcess.Runtime, parsed.GetValue(process), parsed.GetValue(json)));
        return command;
    }

    static async Task<int> RunAsync(string directory, int? pid, bool json)
    {
        var (answers, silent) = await StatusClient.AskAsync(directory, pid);
        foreach (var complaint in silent) Messages.Error(complaint);
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(answers, StatusJson.Default.IReadOnlyListStatusDocument));
        else StatusTable.Print(OutputConsole(), answers, DateTimeOffset.UtcNow);
        if (answers.Count == 0 && silent.Count == 0)
        {
            if (pid is not null) Messages.Error($"process {pid} is no running burrow of this user");
            else Console.Error.WriteLine("Nothing is running.");
        }
        return silent.Count > 0 || (pid is not null && answers.Count == 0) ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>Standard output, as a terminal or as a pipe.</summary>
    internal static IAnsiConsole OutputConsole()
    {
        var terminal = TerminalInfo.Detect();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal.OutputIsTerminal && terminal.Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (!terminal.OutputIsTerminal) console.Profile.Width = WidthOfPipes;
        return console;
    }
}
