using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Burrow.Cli.Commands;

/// <summary><c>--help</c>: what the command is for, examples, and only then usage and options; most people look for the example.</summary>
internal sealed class Help : SynchronousCommandLineAction
{
    readonly string? _usage;
    readonly (string Command, string Meaning)[] _examples;
    readonly HelpAction _rest = new();

    Help(string? usage, (string Command, string Meaning)[] examples) => (_usage, _examples) = (usage, examples);

    /// <summary>Help is asked for instead of something else: what is missing for that is no error.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>The option, for a command with these examples.</summary>
    public static Option Option(params (string Command, string Meaning)[] examples) => WithUsage(null, examples);

    /// <summary>The same with our own usage line, for a command that is called by a link's name or has operands of several forms: the parser knows of neither.</summary>
    public static Option WithUsage(string? usage, params (string Command, string Meaning)[] examples) => new HelpOption("--help", "-h")
    {
        Description = "Show this help",
        Recursive = false,
        Action = new Help(usage, examples),
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
        if (_usage is null) return _rest.Invoke(parseResult);
        using var rest = new StringWriter();
        parseResult.InvocationConfiguration.Output = rest;
        var code = _rest.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        var inUsage = false;
        foreach (var line in rest.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            inUsage &= line.Length > 0;
            if (!inUsage) output.WriteLine(line);
            if (line != "Usage:") continue;
            output.WriteLine($"  {_usage}");
            inUsage = true;
        }
        return code;
    }
}
