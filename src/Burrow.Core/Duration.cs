using System.Buffers;
using System.Globalization;

namespace Burrow.Core;

/// <summary>Spans of time as people write and read them.</summary>
/// <remarks>
/// <code>
/// 250ms  15s  10m  24h  7d     one number and one unit; a fraction is allowed: 1.5s
/// 90                           seconds
/// </code>
/// </remarks>
public static class Duration
{
    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Parses any form of the table above; false for anything else, and for what exceeds 10,000 days.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.IndexOfAnyExcept(Digits);
        var number = digits < 0 ? text : text[..digits];
        long? ticks = (digits < 0 ? "s" : text[digits..]) switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => null,
        };
        if (ticks is null || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        if (value > 10_000L * TimeSpan.TicksPerDay / ticks.Value) return false;
        duration = TimeSpan.FromTicks((long)(value * ticks.Value));
        return true;
    }

    /// <summary>Two units at most: <c>250 ms</c>, <c>1.4 s</c>, <c>12 s</c>, <c>3 min 20 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero) return $"-{Format(duration.Negate())}";
        if (duration.TotalMilliseconds < 1000) return $"{(int)duration.TotalMilliseconds} ms";
        if (duration.TotalSeconds < 10) return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalSeconds * 10) / 10:0.0} s");
        if (duration.TotalSeconds < 60) return $"{(int)duration.TotalSeconds} s";
        if (duration.TotalMinutes < 60) return Two((int)duration.TotalMinutes, "min", duration.Seconds, "s");
        if (duration.TotalHours < 24) return Two((int)duration.TotalHours, "h", duration.Minutes, "min");
        return Two((int)duration.TotalDays, "d", duration.Hours, "h");
    }

    static string Two(int large, string largeUnit, int small, string smallUnit) => small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
