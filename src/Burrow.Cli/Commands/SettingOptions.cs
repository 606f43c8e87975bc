using System.CommandLine;
using Burrow.Cli.Config;

namespace Burrow.Cli.Commands;

/// <summary>The options that Jack and Jenny share, and one for each of the role's settings; reads them into <see cref="Arguments"/>.</summary>
internal sealed class SettingOptions
{
    readonly Option<string> _config = new("--config", "-c") { HelpName = "FILE", Description = "Read settings and maps from a file (docs/configuration.md)" };
    readonly Option<string[]> _maps = Repeated("--map", "'MODE JACK => JENNY [ALLOWED]'", "A map as in a file; <= for the other direction");
    readonly Option<bool> _verbose = new("-v") { Description = "Say more; -vv says everything", Arity = ArgumentArity.Zero };
    readonly List<(string Name, Option<string[]> Option)> _settings = [];

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="role">Whose settings.</param>
    /// <param name="operand">The setting whose values stand for themselves, without an option.</param>
    public SettingOptions(Command command, Roles role, string? operand = null)
    {
        command.Add(_config);
        command.Add(_maps);
        foreach (var setting in SettingTable.All)
        {
            if (!setting.Roles.HasFlag(role) || setting.Name == operand) continue;
            var option = Repeated($"--{setting.Name}", setting.Value, char.ToUpperInvariant(setting.Meaning[0]) + setting.Meaning[1..] + (setting.Repeats ? "; may be repeated" : ""));
            _settings.Add((setting.Name, option));
            command.Add(option);
        }
        command.Add(_verbose);
    }

    /// <summary>An option that may be given several times, with one value each time.</summary>
    public static Option<string[]> Repeated(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>What was given.</summary>
    public Arguments Read(ParseResult parsed)
    {
        var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, option) in _settings)
        {
            if (parsed.GetValue(option) is { Length: > 0 } values) settings[name] = values;
        }
        return new Arguments
        {
            ConfigFile = parsed.GetValue(_config),
            Maps = parsed.GetValue(_maps) ?? [],
            Settings = settings,
            Verbosity = parsed.GetResult(_verbose)?.IdentifierTokenCount ?? 0,
        };
    }
}
