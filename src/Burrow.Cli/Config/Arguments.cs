using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>What a command line said, not yet looked into.</summary>
internal sealed record Arguments
{
    /// <summary>The file of <c>-c</c>.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Values of settings that were given, by the setting's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Settings { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Values of <c>-L</c>.</summary>
    public IReadOnlyList<string> LocalForwards { get; init; } = [];

    /// <summary>Values of <c>-R</c>.</summary>
    public IReadOnlyList<string> RemoteForwards { get; init; } = [];

    /// <summary>Values of <c>-D</c>.</summary>
    public IReadOnlyList<string> DynamicForwards { get; init; } = [];

    /// <summary>Values of <c>--map</c>.</summary>
    public IReadOnlyList<string> Maps { get; init; } = [];

    /// <summary>The mode of <c>-L</c>, <c>-R</c> and <c>-D</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>How many <c>-v</c>.</summary>
    public int Verbosity { get; init; }

    /// <summary>Puts this command line over a file: values of settings replace the file's, maps are added.</summary>
    public void ApplyTo(Settings settings, ProblemList problems)
    {
        foreach (var (name, values) in Settings)
        {
            var setting = SettingTable.ByName[name];
            setting.Clear(settings);
            foreach (var value in values) setting.Read(settings, Word.Argument(name == "tunnel" ? "URL" : $"--{name}", value), problems);
        }
        // A wrong mode is reported once; what the maps themselves say is still checked.
        var mode = (Mode is null ? null : MapReader.ReadMode(Word.Argument("--mode", Mode), problems)) ?? Core.Mode.Encrypted;
        foreach (var text in LocalForwards) Add(MapReader.Forward("-L", text, mode, MapDirection.ToJenny, problems));
        foreach (var text in RemoteForwards) Add(MapReader.Forward("-R", text, mode, MapDirection.ToJack, problems));
        foreach (var text in DynamicForwards) Add(MapReader.DynamicForward(text, mode, problems));
        foreach (var text in Maps) Add(MapReader.Argument(text, problems));

        void Add(MapRule? map)
        {
            if (map is not null) settings.Maps.Add(map);
        }
    }
}
