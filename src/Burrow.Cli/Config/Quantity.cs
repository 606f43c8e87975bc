using System.Globalization;
using Burrow.Cli.Config.Tcl;

namespace Burrow.Cli.Config;

/// <summary>Reads amounts with their units.</summary>
internal static class Quantity
{
    /// <summary><c>15</c> (seconds), <c>500ms</c>, <c>15s</c>, <c>2m</c>, <c>24h</c>, <c>7d</c>.</summary>
    public static TimeSpan? Duration(Word word, ProblemList problems, TimeSpan least, TimeSpan most)
    {
        var (number, unit) = Split(word.Text);
        double? factor = unit switch { "" or "s" => 1, "ms" => 0.001, "m" => 60, "h" => 3600, "d" => 86400, _ => null };
        if (number is null || factor is null)
        {
            problems.Add(word.Span, $"\"{Printable.Text(word.Text)}\" is no time: should be a number with ms, s, m, h or d, such as 15s");
            return null;
        }
        var seconds = number.Value * factor.Value;
        if (seconds >= least.TotalSeconds && seconds <= most.TotalSeconds) return TimeSpan.FromSeconds(seconds);
        problems.Add(word.Span, $"should be from {Show(least)} to {Show(most)}");
        return null;
    }

    /// <summary><c>65536</c> (bytes), <c>64KiB</c>, <c>64K</c>, <c>4MiB</c>, <c>1GiB</c>; all units are powers of 1024.</summary>
    public static long? Bytes(Word word, ProblemList problems, long least, long most)
    {
        var (number, unit) = Split(word.Text);
        double? factor = unit.ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" or "KIB" => 1 << 10,
            "M" or "MB" or "MIB" => 1 << 20,
            "G" or "GB" or "GIB" => 1 << 30,
            _ => null,
        };
        if (number is null || factor is null)
        {
            problems.Add(word.Span, $"\"{Printable.Text(word.Text)}\" is no size: should be a number with KiB, MiB or GiB, such as 4MiB");
            return null;
        }
        var bytes = number.Value * factor.Value;
        if (bytes >= least && bytes <= most) return (long)bytes;
        problems.Add(word.Span, $"should be from {Show(least)} to {Show(most)}");
        return null;
    }

    /// <summary>A whole number.</summary>
    public static int? Count(Word word, ProblemList problems, int least, int most)
    {
        if (int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least && count <= most) return count;
        problems.Add(word.Span, $"\"{Printable.Text(word.Text)}\" should be a whole number from {least} to {most}");
        return null;
    }

    /// <summary>A time as <see cref="Duration"/> reads it, in the largest unit that leaves a whole number.</summary>
    public static string Show(TimeSpan time)
    {
        var ms = (long)time.TotalMilliseconds;
        if (ms == 0) return "0s";
        if (ms % 3_600_000 == 0) return $"{ms / 3_600_000}h";
        if (ms % 60_000 == 0) return $"{ms / 60_000}m";
        return ms % 1000 == 0 ? $"{ms / 1000}s" : $"{ms}ms";
    }

    /// <summary>A size as <see cref="Bytes"/> reads it.</summary>
    public static string Show(long bytes)
    {
        if (bytes == 0 || bytes % 1024 != 0) return $"{bytes}B";
        if (bytes % (1 << 20) != 0) return $"{bytes >> 10}KiB";
        return bytes % (1 << 30) == 0 ? $"{bytes >> 30}GiB" : $"{bytes >> 20}MiB";
    }

    static (double? Number, string Unit) Split(string text)
    {
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.')) digits++;
        return double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (number, text[digits..])
            : (null, "");
    }
}
