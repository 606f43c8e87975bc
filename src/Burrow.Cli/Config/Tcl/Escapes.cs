using System.Globalization;
using System.Text;

namespace Burrow.Cli.Config.Tcl;

/// <summary>Tcl's backslash substitution (Tcl(n), rule 9, as of 8.6).</summary>
/// <remarks>
/// <code>
/// \a \b \f \n \r \t \v   the control characters          \ooo        1 to 3 octal digits, up to 377
/// \newline, blanks       one blank                       \xhh        1 or 2 hexadecimal digits
/// \c                     any other character: itself     \uhhhh      1 to 4      \Uhhhhhhhh  1 to 8
/// </code>
/// </remarks>
internal static class Escapes
{
    /// <summary>Reads the escape whose backslash is at <paramref name="at"/> and appends its value.</summary>
    /// <returns>The offset after it.</returns>
    public static int Read(string text, int at, int end, StringBuilder value)
    {
        if (at + 1 >= end)
        {
            value.Append('\\');
            return at + 1;
        }
        var c = text[at + 1];
        var next = at + 2;
        switch (c)
        {
            case 'a': value.Append('\a'); return next;
            case 'b': value.Append('\b'); return next;
            case 'f': value.Append('\f'); return next;
            case 'n': value.Append('\n'); return next;
            case 'r': value.Append('\r'); return next;
            case 't': value.Append('\t'); return next;
            case 'v': value.Append('\v'); return next;
            case '\n': value.Append(' '); return SkipBlanks(text, next, end);
            case 'x': return ReadHex(text, next, end, 2, c, value);
            case 'u': return ReadHex(text, next, end, 4, c, value);
            case 'U': return ReadHex(text, next, end, 8, c, value);
            case >= '0' and <= '7': return ReadOctal(text, at + 1, end, value);
            default: value.Append(c); return next;
        }
    }

    /// <summary>The offset after blanks and tabs.</summary>
    public static int SkipBlanks(string text, int at, int end)
    {
        while (at < end && text[at] is ' ' or '\t') at++;
        return at;
    }

    static int ReadHex(string text, int at, int end, int most, char letter, StringBuilder value)
    {
        var start = at;
        while (at < end && at - start < most && char.IsAsciiHexDigit(text[at])) at++;
        if (at == start) value.Append(letter);
        else Append(value, uint.Parse(text.AsSpan(start, at - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return at;
    }

    static int ReadOctal(string text, int at, int end, StringBuilder value)
    {
        var code = 0u;
        for (var digits = 0; digits < 3 && at < end && text[at] is >= '0' and <= '7' && (code * 8) + (uint)(text[at] - '0') <= 0xff; digits++, at++)
            code = (code * 8) + (uint)(text[at] - '0');
        value.Append((char)code);
        return at;
    }

    static void Append(StringBuilder value, uint code) => value.Append(Rune.IsValid(code) ? new Rune(code).ToString() : "\ufffd");
}
