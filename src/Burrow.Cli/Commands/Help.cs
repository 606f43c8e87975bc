using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Burrow.Cli.Commands;

/// <summary><c>--help</c>: what the command is for, examples, and only then usage and options; most people look for the example.</summary>
internal sealed class Help : SynchronousCommandLineAction
{
    readonly (string Command, string Meaning)[] _examples;
    readonly HelpAction _rest = new();

    Help((string Command, string Meaning)[] examples) => _examples = examples;

    /// <summary>Help is asked for instead of something else: what is missing for that is no error.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>The option, for a command with these examples.</summary>
    public static Option Option(params (string Command, string Meaning)[] examples) => new HelpOption("--help", "-h")
    {
        Description = "Show this help",
        Recursive = false,
        Action = new Help(examples),
    };

    /// <summary>Prints a command's help elsewhere.</summary>
    public static void Print(Command command, TextWriter output) =>
        command.Parse("--help").Invoke(new InvocationConfiguration { Output = output, ProcessTerminationTimeout = null });

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var (command, meaning) in _examples) output.WriteLine($"  # {meaning}\n  {command}");
        output.WriteLine();
        return _rest.Invoke(parseResult);
    }
}
