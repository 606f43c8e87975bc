using Burrow.Core;

namespace Burrow.Cli.Hosting;

/// <summary>Where files belong (XDG Base Directory Specification 0.8; Filesystem Hierarchy Standard 3.0 for root).</summary>
/// <param name="variable">Reads an environment variable.</param>
/// <param name="isRoot">Whether we are root: then the system's directories are ours.</param>
/// <param name="user">The user's name, for the directory under the temporary one.</param>
/// <param name="temporary">The temporary directory.</param>
internal sealed class Directories(Func<string, string?> variable, bool isRoot, string user, string temporary)
{
    /// <summary>The variable that puts all of them under one directory, root's as well: for a run that must not meet any other, such as the demonstration's.</summary>
    public const string OneForAll = "BURROW_DIRECTORY";

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Those of this process.</summary>
    public static Directories OfThisProcess { get; } =
        new(Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess, Environment.UserName, Path.GetTempPath());

    /// <summary>Keys.</summary>
    public string Config => Own("config") ?? Xdg("XDG_CONFIG_HOME") ?? InHome(".config", "/etc");

    /// <summary>Sockets, pids, status.</summary>
    public string Runtime
    {
        get
        {
            if (Own("run") is { } own) return own;
            if (isRoot) return "/run/burrow";
            return Xdg("XDG_RUNTIME_DIR") ?? Path.Combine(temporary, $"burrow-{user}");
        }
    }

    /// <summary>Instance ids and run numbers.</summary>
    public string State => Own("state") ?? (isRoot ? "/var/lib/burrow" : Xdg("XDG_STATE_HOME") ?? InHome(".local/state", "/var/lib"));

    /// <summary>What can be fetched or made again.</summary>
    public string Cache => Own("cache") ?? (isRoot ? "/var/cache/burrow" : Xdg("XDG_CACHE_HOME") ?? InHome(".cache", "/var/cache"));

    /// <summary>Makes a directory that only we can use, or makes sure that it is one.</summary>
    /// <returns>The directory.</returns>
    /// <exception cref="IOException">It is a link or belongs to somebody else.</exception>
    public static string Require(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            // The profile's directories are their owner's there.
            Directory.CreateDirectory(directory);
            return directory;
        }
        var info = Directory.CreateDirectory(directory, OwnerOnly);
        if (info.LinkTarget is not null) throw new IOException($"{directory} is a symbolic link; remove it");
        // Whoever made a directory of our name under /tmp before us is found out here; root could change its mode all the same.
        if (LocalUser.OwnerOf(directory) is { } owner && owner != LocalUser.Own) throw new IOException($"{directory} belongs to somebody else ({owner})");
        try
        {
            // Only its owner can do this, on systems that don't tell us who that is, too.
            if (info.UnixFileMode != OwnerOnly || !Environment.IsPrivilegedProcess) File.SetUnixFileMode(directory, OwnerOnly);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"{directory} belongs to somebody else", error);
        }
        return directory;
    }

    /// <summary>Whether what lies in a directory is ours, so that it can be believed: nobody else can have put anything there.</summary>
    /// <returns>Null if so; else what is wrong with it.</returns>
    public static string? WhyNotOurs(string directory)
    {
        if (OperatingSystem.IsWindows()) return null;
        var info = new DirectoryInfo(directory);
        if (info.LinkTarget is not null) return $"{directory} is a symbolic link";
        if (LocalUser.OwnerOf(directory) is { } owner && owner != LocalUser.Own) return $"{directory} belongs to somebody else ({owner})";
        return (info.UnixFileMode & ~OwnerOnly) == UnixFileMode.None ? null : $"{directory} is open to others";
    }

    string? Own(string part) => variable(OneForAll) is { } directory && Path.IsPathRooted(directory) ? Path.Combine(directory, part) : null;

    /// <summary>The specification tells to ignore what is no absolute path.</summary>
    string? Xdg(string name) => variable(name) is { } value && Path.IsPathRooted(value) ? Path.Combine(value, "burrow") : null;

    string InHome(string part, string withoutHome) =>
        Path.Combine(variable("HOME") is { Length: > 0 } home && Path.IsPathRooted(home) ? Path.Combine(home, part) : withoutHome, "burrow");
}
