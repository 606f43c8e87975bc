using System.Text;

namespace Burrow.Cli.Config;

/// <summary>Makes text from files, arguments and peers safe to show: a control character could rewrite the terminal it is shown on.</summary>
internal static class Printable
{
    public static string Text(string text, bool keepTabs = false)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')) return text;
        var builder = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\t' && keepTabs) builder.Append(c);
            else if (char.IsControl(c)) builder.Append(c == '\n' ? "\\n" : c == '\t' ? "\\t" : $"\\x{(int)c:x2}");
            else builder.Append(c);
        }
        return builder.ToString();
    }
}
