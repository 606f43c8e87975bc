using System.Globalization;

namespace Burrow.Cli.Status;

/// <summary>Amounts as a person reads them.</summary>
internal static class Amounts
{
    static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary><c>1023 B</c>, <c>1.0 KiB</c>, <c>12.5 MiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++) bytes /= 1024;
        return unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B") : string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} {Units[unit]}");
    }

    /// <summary>The two largest units: <c>3s</c>, <c>4m 10s</c>, <c>2h 5m</c>, <c>9d 3h</c>.</summary>
    public static string Age(TimeSpan age)
    {
        if (age < TimeSpan.Zero) age = TimeSpan.Zero;
        if (age.TotalMinutes < 1) return $"{age.Seconds}s";
        if (age.TotalHours < 1) return $"{age.Minutes}m {age.Seconds}s";
        return age.TotalDays < 1 ? $"{age.Hours}h {age.Minutes}m" : $"{(int)age.TotalDays}d {age.Hours}h";
    }
}
