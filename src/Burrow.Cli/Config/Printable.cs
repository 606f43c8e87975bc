using System.Globalization;
using System.Text;

namespace Burrow.Cli.Config;

/// <summary>
/// Makes text from files, arguments and peers safe to show. A control character could rewrite the terminal it is shown on; a format character, such as the ones that turn the
/// direction of writing round, or a line separator could make a line say something else than what it says.
/// </summary>
internal static class Printable
{
    /// <summary>The text with Unicode's categories Cc, Cf, Zl and Zp written as escapes, and what is no Unicode as U+FFFD.</summary>
    public static string Text(string text, bool keepTabs = false)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var builder = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if ((rune.Value == '\t' && keepTabs) || !IsHidden(rune)) builder.Append(rune.ToString());
            else builder.Append(Escape(rune.Value));
        }
        return builder.ToString();
    }

    static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    static string Escape(int value) => value switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        <= 0xff => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
        <= 0xffff => string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\U{value:x8}"),
    };
}
