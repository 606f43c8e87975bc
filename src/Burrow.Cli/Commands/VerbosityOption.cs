using System.CommandLine;
using Burrow.Cli.Config;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Commands;

/// <summary><c>-v</c> of the relay tools. Where the original has it for the version it shows that, and <c>--verbose</c> says more.</summary>
internal sealed class VerbosityOption
{
    readonly Option<bool> _verbose;

    public VerbosityOption(Command command, bool versionOption)
    {
        _verbose = new Option<bool>("--verbose", versionOption ? [] : ["-v"]) { Description = "Say more; twice: everything", Arity = ArgumentArity.Zero };
        command.Add(_verbose);
        command.Add(new Option<bool>("--version", versionOption ? ["-v"] : []) { Description = "Show the version", Action = new VersionCommand.Print() });
    }

    public LogLevel Level(ParseResult parsed) => Verbosity.Level(parsed.GetResult(_verbose)?.IdentifierTokenCount ?? 0, Defaults.Level);
}
