namespace Burrow.EndToEnd.Lab;

/// <summary>The program under test, started as its users start it.</summary>
static class BurrowProgram
{
    /// <summary>Where Jenny waits unless she is told otherwise.</summary>
    public const int DefaultPort = 7333;

    /// <summary>The environment's BURROW, or what this build has made in src/Burrow.Cli.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("BURROW") is { Length: > 0 } given ? System.IO.Path.GetFullPath(given) : FromThisBuild();

    /// <summary>
    /// Starts it on a machine as a user of his own: with his own home, keys, state and sockets. One and the same name is one and the same user, with what
    /// earlier runs have left.
    /// </summary>
    public static LabProcess StartBurrow(this LabHost host, string user, params string[] arguments)
    {
        var home = Directory.CreateDirectory(System.IO.Path.Combine(host.Folder, user)).FullName;
        string Own(string name) => Directory.CreateDirectory(System.IO.Path.Combine(home, name)).FullName;
        var runtime = Own("run");
        File.SetUnixFileMode(runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return host.Start([Path, .. arguments], new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["XDG_CONFIG_HOME"] = Own("config"),
            ["XDG_STATE_HOME"] = Own("state"),
            ["XDG_CACHE_HOME"] = Own("cache"),
            ["XDG_RUNTIME_DIR"] = runtime,
        });
    }

    // tests/Burrow.EndToEnd/bin/CONFIGURATION/net10.0/ → src/Burrow.Cli/bin/CONFIGURATION/net10.0/burrow
    static string FromThisBuild()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var root = framework.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return System.IO.Path.Combine(root, "src", "Burrow.Cli", "bin", framework.Parent.Name, framework.Name, "burrow");
    }
}
