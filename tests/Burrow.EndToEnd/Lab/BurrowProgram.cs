namespace Burrow.EndToEnd.Lab;

/// <summary>The program under test, started as its users start it.</summary>
static class BurrowProgram
{
    /// <summary>Where Jenny waits unless she is told otherwise.</summary>
    public const int DefaultPort = 7000;

    /// <summary>The environment's BURROW, or what this build has made in src/Burrow.Cli.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("BURROW") is { Length: > 0 } given ? System.IO.Path.GetFullPath(given) : FromThisBuild();

    // Root's files are at fixed places, whatever the environment says. "ip netns exec" has made a mount namespace for this process alone, so that folders of the lab can take
    // the place of the system's.
    const string InOwnFolders = "mount --bind \"$HOME/run\" /run && mount --bind \"$HOME/lib\" /var/lib && mount --bind \"$HOME/cache\" /var/cache && ${DESCRIPTORS:+ulimit -n $DESCRIPTORS} && exec \"$@\"";

    /// <summary>
    /// Starts it on a machine as a user of his own: with his own home, keys, state and sockets. One and the same name is one and the same user, with what
    /// earlier runs have left.
    /// </summary>
    public static LabProcess StartBurrow(this LabHost host, string user, params string[] arguments) => StartBurrow(host, user, descriptors: null, arguments);

    /// <summary>The same with few descriptors.</summary>
    public static LabProcess StartBurrow(this LabHost host, string user, int? descriptors, params string[] arguments) => StartBurrow(host, user, descriptors, [], arguments);

    /// <summary>The same with more in its environment.</summary>
    public static LabProcess StartBurrow(this LabHost host, string user, int? descriptors, Dictionary<string, string> environment, params string[] arguments)
    {
        if (!File.Exists(Path)) throw new FileNotFoundException($"build the program first, or say in BURROW where it is: {Path}");
        var home = System.IO.Path.Combine(host.Folder, user);
        foreach (var folder in new[] { "run", "lib", "cache", "config" }) Directory.CreateDirectory(System.IO.Path.Combine(home, folder));
        return host.Start(["sh", "-c", InOwnFolders, "burrow", Path, .. arguments], new Dictionary<string, string>(environment)
        {
            ["HOME"] = home,
            ["XDG_CONFIG_HOME"] = System.IO.Path.Combine(home, "config"),
            ["DESCRIPTORS"] = descriptors?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
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
