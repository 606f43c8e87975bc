using System.Buffers;
using System.Globalization;

namespace Burrow.Core;

/// <summary>Numbers of bytes as people write and read them. Units are powers of 2.</summary>
/// <remarks>
/// <code>
/// 512, 512B          bytes
/// 64k 64K 64KB 64KiB times 2^10
/// 1m 1M 1MB 1MiB     times 2^20; g, t likewise; a fraction is allowed: 1.5G
/// </code>
/// </remarks>
public static class ByteSize
{
    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Three digits or so: <c>0 B</c>, <c>1023 B</c>, <c>1.0 KiB</c>, <c>12.3 MiB</c>, <c>512 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        if (bytes < 0) return $"-{Format(bytes == long.MinValue ? long.MaxValue : -bytes)}";
        // In whole numbers: a double would show the largest counts as more than they are.
        var unit = 0;
        while (unit < Units.Length - 1 && bytes >> (10 * (unit + 1)) > 0) unit++;
        var shift = 10 * unit;
        var whole = bytes >> shift;
        if (unit == 0 || whole >= 100) return string.Create(CultureInfo.InvariantCulture, $"{whole} {Units[unit]}");
        var tenths = ((bytes & ((1L << shift) - 1)) * 10) >> shift;
        return string.Create(CultureInfo.InvariantCulture, $"{whole}.{tenths} {Units[unit]}");
    }

    /// <summary>Parses any form of the table above; false for anything else, and for what exceeds 63 bits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        var digits = text.IndexOfAnyExcept(Digits);
        var number = digits < 0 ? text : text[..digits];
        var factor = digits < 0 ? 1 : Factor(text[digits..].TrimStart(' '));
        if (factor == 0 || number.IsEmpty) return false;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > long.MaxValue / factor) return false;
        value *= factor;
        if (value != Math.Floor(value) && factor == 1) return false;
        bytes = (long)value;
        return true;
    }

    static long Factor(ReadOnlySpan<char> unit)
    {
        if (unit is "B" or "b") return 1;
        if (unit.Length > 1 && unit[1..] is not ("B" or "iB" or "b" or "ib")) return 0;
        var power = unit.IsEmpty ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(unit[0]), StringComparison.Ordinal);
        return power < 0 ? 0 : 1L << (10 * (power + 1));
    }
}
