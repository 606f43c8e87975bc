using System.CommandLine;
using System.CommandLine.Parsing;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Terminal;

namespace Burrow.Cli.Commands;

/// <summary>The commands there are, listed by hand, and what holds for all of them.</summary>
internal static class CommandLine
{
    // An "@file" is an argument like any other: a host may be named so, and no file is read that nobody asked for.
    static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = RelayTools.AsProgram(StartedAs.Name()) ?? Root();
        // The parser takes a first word that is the program's own name, or a path that ends in it, for the program: it gets one, so that a host or a file of that name is what it is.
        var parsed = root.Parse([root.Name, .. arguments], Parsing);
        if (arguments.Length == 0)
        {
            Help.Print(root, Console.Error);
            return ExitCode.Usage;
        }
        if (Array.IndexOf(arguments, "") is >= 0 and var empty)
        {
            Messages.Error($"word {empty + 1} of the command line is empty: is a variable not set?");
            return ExitCode.Usage;
        }
        if (parsed.Errors.Count > 0 && parsed.Action is not Help) return ReportUsage(parsed);
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            // Both are Lifetime's and Program's.
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    static RootCommand Root()
    {
        var root = new RootCommand("TCP connections that survive: a tunnel that loses its network loses no connection.");
        root.Options.Clear();
        root.Directives.Clear();
        root.Add(DemoCommand.Create());
        root.Add(JennyCommand.Create());
        root.Add(JackCommand.Create());
        root.Add(KeyCommand.Create());
        root.Add(CheckCommand.Create());
        root.Add(DoctorCommand.Create());
        foreach (var tool in RelayTools.Commands()) root.Add(tool);
        root.Add(StatusCommand.Create());
        root.Add(VersionCommand.Create());
        var version = new Option<bool>("--version") { Description = "Show the version", Action = new VersionCommand.Print() };
        root.Add(version);
        root.Add(Help.Option(
            ("burrow demo", "see it survive, with nothing to set up"),
            ("burrow key new -o secret", "make a secret, and copy the file to the other machine"),
            ("burrow jenny --secret-file secret", "wait for a tunnel on one machine"),
            ("burrow jack tcp://jenny:7000 --secret-file secret -L 2222:localhost:22", "start it on the other"),
            ("ssh -p 2222 localhost", "use it")));
        return root;
    }

    static int ReportUsage(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var message in UsageErrors(parsed, command)) Messages.Error(message);
        var path = string.Join(' ', CommandPath(parsed.CommandResult));
        Console.Error.WriteLine($"See '{path} --help'.");
        return ExitCode.Usage;
    }

    /// <summary>The parser's messages, but for unknown words, of which it can't say what was meant.</summary>
    static IEnumerable<string> UsageErrors(ParseResult parsed, Command command)
    {
        foreach (var token in parsed.UnmatchedTokens)
        {
            if (IsOption(token)) yield return UnknownOption(token, command);
            else if (command.Subcommands.Count > 0)
                yield return $"unknown command \"{Printable.Text(token)}\"; {Nearest.Hint(token, [.. command.Subcommands.Select(known => known.Name)])}";
            else yield return $"unexpected \"{Printable.Text(token)}\"";
        }
        if (parsed.UnmatchedTokens.Count > 0) yield break;
        foreach (var error in parsed.Errors) yield return Printable.Text(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    static bool IsOption(string token) => token.Length > 1 && token[0] == '-';

    static string UnknownOption(string token, Command command)
    {
        var name = token.Split('=', 2)[0];
        var near = Nearest.To(name, command.Options.Select(option => option.Name).Where(known => known.Length > 2));
        return $"unknown option \"{Printable.Text(name)}\"" + (near is null ? "" : $"; did you mean \"{near}\"?");
    }

    /// <summary>The parser takes an unknown option for a value where values may stand; none of ours starts with a hyphen.</summary>
    public static void RefuseOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens)
        {
            if (IsOption(token.Value) && result.Parent is CommandResult parent) result.AddError(UnknownOption(token.Value, parent.Command));
        }
    }

    static Stack<string> CommandPath(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is CommandResult command; at = at.Parent) names.Push(command.Command is RootCommand ? StartedAs.Name() : command.Command.Name);
        return names;
    }
}
