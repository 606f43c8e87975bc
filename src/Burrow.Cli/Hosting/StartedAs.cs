using System.Text;

namespace Burrow.Cli.Hosting;

/// <summary>The name under which the program was started; a link to it can stand for one of its commands.</summary>
/// <remarks>
/// <see cref="Environment.GetCommandLineArgs"/> and <see cref="Environment.ProcessPath"/> resolve links, so the kernel is asked. The wrapper at the
/// root of the repository hands on its own name as argv[0].
/// </remarks>
internal static class StartedAs
{
    /// <summary>The last part of argv[0]; "burrow" where it can't be known.</summary>
    public static string Name() => From(CommandLine());

    /// <summary>The file that was started, as a full path: the wrapper when that was, for the program behind it may be built anew.</summary>
    public static string Program()
    {
        var first = First(CommandLine());
        if (first.Contains('/', StringComparison.Ordinal))
        {
            if (File.Exists(first)) return Path.GetFullPath(first);
        }
        else if (first.Length > 0 && first != "dotnet")
        {
            var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, first)).FirstOrDefault(File.Exists);
            if (found is not null) return Path.GetFullPath(found);
        }
        return Environment.ProcessPath ?? throw new PlatformNotSupportedException("the system does not say which file this program is");
    }

    /// <summary>The last part of the first of several strings that end with NUL.</summary>
    internal static string From(ReadOnlySpan<byte> commandLine)
    {
        var name = Path.GetFileName(First(commandLine));
        return name.Length == 0 || name == "dotnet" ? "burrow" : name;
    }

    static string First(ReadOnlySpan<byte> commandLine)
    {
        var end = commandLine.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]);
    }

    static byte[] CommandLine()
    {
        try
        {
            using var file = File.OpenRead("/proc/self/cmdline");
            var buffer = new byte[4096];
            return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
