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
    public static string Name()
    {
        try
        {
            using var file = File.OpenRead("/proc/self/cmdline");
            var buffer = new byte[4096];
            return From(buffer.AsSpan(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "burrow";
        }
    }

    /// <summary>The last part of the first of several strings that end with NUL.</summary>
    internal static string From(ReadOnlySpan<byte> commandLine)
    {
        var end = commandLine.IndexOf((byte)0);
        var first = Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]);
        var name = Path.GetFileName(first);
        return name.Length == 0 || name == "dotnet" ? "burrow" : name;
    }
}
