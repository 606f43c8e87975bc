using System.Globalization;
using Burrow.Cli.Config.Tcl;
using Burrow.Core;

namespace Burrow.Cli.Config.Relaying;

/// <summary>Values of the relay tools' options. Each reader notes what is wrong and returns null then.</summary>
internal static class RelayText
{
    /// <summary>The longest time that makes sense as an option's value.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(365);

    const long MostBytesPerSecond = 1L << 50;

    // As the original: a file that many processes share is not rewritten all the time.
    static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(512);

    /// <summary><c>1234</c>, <c>:1234</c>, <c>host:1234</c>, <c>[::1]:1234</c>. Without a host it is empty: what INADDR_DEFAULT says, or all addresses.</summary>
    public static Target? Listen(string option, string? text, ProblemList problems)
    {
        if (text is null) return Missing<Target>(option, "a port to listen on", problems);
        var bare = text.StartsWith(':') ? text[1..] : text;
        if (bare.Contains(':', StringComparison.Ordinal)) return AddressText.Listen(Word.Argument(option, text), problems);
        return AddressText.Port(Word.Argument(option, bare), problems, listens: true) is { } port ? new Target("", port) : null;
    }

    /// <summary><c>host:1234</c>.</summary>
    public static Target? Dial(string option, string? text, ProblemList problems) =>
        text is null ? Missing<Target>(option, "HOST:PORT", problems) : AddressText.Dial(Word.Argument(option, text), problems);

    public static int? Port(string option, string? text, ProblemList problems) =>
        text is null ? null : AddressText.Port(Word.Argument(option, text), problems, listens: false);

    /// <summary>Bytes per second, with or without a unit.</summary>
    public static long? Rate(string option, string? text, ProblemList problems) =>
        text is null ? null : Quantity.Bytes(Word.Argument(option, text), problems, 1, MostBytesPerSecond);

    /// <summary>A time, in seconds when it has no unit.</summary>
    public static TimeSpan? Time(string option, string? text, ProblemList problems, TimeSpan least, TimeSpan most) =>
        text is null ? null : Quantity.Duration(Word.Argument(option, text), problems, least, most);

    /// <summary>How often counts are written to host files.</summary>
    public static TimeSpan Interval(string option, string? text, ProblemList problems) => Time(option, text, problems, TimeSpan.FromSeconds(1), LongestTime) ?? DefaultInterval;

    /// <summary>A count of bytes in 64 bits without a sign.</summary>
    public static ulong? Bytes(string name, string text, ProblemList problems)
    {
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)) return bytes;
        problems.Add(null, $"{name}: \"{Printable.Text(text)}\" is no number of bytes: should be from 0 to {ulong.MaxValue}");
        return null;
    }

    /// <summary>A file that must be readable now: what would fail only when the first client comes is said at once.</summary>
    public static string? File(string option, string? path, ProblemList problems)
    {
        if (path is null) return null;
        try
        {
            using var opened = System.IO.File.OpenRead(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var why = System.IO.Directory.Exists(path) ? "this is a directory"
                : e is UnauthorizedAccessException ? "permission denied"
                : e is FileNotFoundException or DirectoryNotFoundException or ArgumentException ? "there is no such file"
                : e.Message;
            problems.Add(null, $"{option}: {Printable.Text(path)} can't be read: {why}");
            return null;
        }
    }

    static T? Missing<T>(string option, string what, ProblemList problems)
        where T : class
    {
        problems.Add(null, $"{option} is missing: {what}");
        return null;
    }
}
