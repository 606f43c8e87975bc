using System.CommandLine;
using Burrow.Cli.Compose;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Tcl;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary><c>burrow demo</c>: the main job, with nothing to set up.</summary>
internal static class DemoCommand
{
    const long DefaultSize = 512 << 20;

    public static Command Create()
    {
        var size = new Option<string>("--size") { HelpName = "SIZE", Description = $"How much to send (default {Quantity.Show(DefaultSize)})" };
        var verbose = new Option<bool>("-v") { Description = "Say more; -vv says everything", Arity = ArgumentArity.Zero };
        var command = new Command("demo", "Send a file through a tunnel whose path is cut again and again, and compare what arrives.") { size, verbose };
        command.Add(Help.Option(("burrow demo", "512 MiB through an encrypted tunnel, cut at least eight times")));
        command.SetAction((parsed, _) =>
        {
            var problems = new ProblemList();
            var bytes = parsed.GetValue(size) is { } text ? Quantity.Bytes(Word.Argument("--size", text), problems, 1 << 20, 64L << 30) : DefaultSize;
            var level = Verbosity.Level(parsed.GetResult(verbose)?.IdentifierTokenCount ?? 0, Defaults.Level);
            if (bytes is not null) return Lifetime.RunAsync(level, LogFormat.Text, context => DemoRunner.RunAsync(bytes.Value, context));
            Messages.Print(problems);
            return Task.FromResult(ExitCode.Usage);
        });
        return command;
    }
}
