using System.Buffers;
using System.Text;

namespace Burrow.Cli.Config.Tcl;

/// <summary>An element of a list.</summary>
/// <param name="Text">Its value.</param>
/// <param name="Start">Where its characters start in the list.</param>
/// <param name="Verbatim">Whether they are the value as it is.</param>
internal readonly record struct ListElement(string Text, int Start, bool Verbatim);

/// <summary>Lists as Tcl writes them into strings (Tcl_SplitList(3), Tcl_Merge(3)): elements between blanks, in braces or quotes where they need it.</summary>
internal static class TclList
{
    static readonly SearchValues<char> Special = SearchValues.Create(" \t\n\r\v\f;\"$[]{}\\");

    /// <summary>Splits a list.</summary>
    /// <returns>Null when it is none; then <paramref name="problem"/> says why.</returns>
    public static List<ListElement>? Split(string list, out string? problem)
    {
        var elements = new List<ListElement>();
        problem = null;
        var at = 0;
        while (true)
        {
            while (at < list.Length && IsBlank(list[at])) at++;
            if (at >= list.Length) return elements;
            problem = list[at] switch
            {
                '{' => ReadBraced(list, ref at, elements),
                '"' => ReadQuoted(list, ref at, elements),
                _ => ReadBare(list, ref at, elements),
            };
            if (problem is not null) return null;
        }
    }

    /// <summary>Makes a list of which <see cref="Split"/> yields the same elements.</summary>
    public static string Join(IEnumerable<string> elements) => string.Join(' ', elements.Select((text, index) => Quote(text, first: index == 0)));

    static string? ReadBraced(string list, ref int at, List<ListElement> elements)
    {
        var start = at + 1;
        var depth = 0;
        for (; at < list.Length; at++)
        {
            if (list[at] == '\\') at++;
            else if (list[at] == '{') depth++;
            else if (list[at] == '}' && --depth == 0) break;
        }
        if (at >= list.Length) return "unmatched open brace in list";
        elements.Add(new ListElement(list[start..at], start, Verbatim: true));
        at++;
        return EndOfElement(list, at, "braces");
    }

    static string? ReadQuoted(string list, ref int at, List<ListElement> elements)
    {
        var start = ++at;
        var value = new StringBuilder();
        while (at < list.Length && list[at] != '"')
        {
            if (list[at] == '\\') at = Escapes.Read(list, at, list.Length, value);
            else value.Append(list[at++]);
        }
        if (at >= list.Length) return "unmatched open quote in list";
        elements.Add(new ListElement(value.ToString(), start, Verbatim: value.Length == at - start));
        at++;
        return EndOfElement(list, at, "quotes");
    }

    static string? ReadBare(string list, ref int at, List<ListElement> elements)
    {
        var start = at;
        var value = new StringBuilder();
        while (at < list.Length && !IsBlank(list[at]))
        {
            if (list[at] == '\\') at = Escapes.Read(list, at, list.Length, value);
            else value.Append(list[at++]);
        }
        elements.Add(new ListElement(value.ToString(), start, Verbatim: value.Length == at - start));
        return null;
    }

    static string? EndOfElement(string list, int at, string form) =>
        at >= list.Length || IsBlank(list[at]) ? null : $"list element in {form} followed by \"{list[at]}\" instead of a blank";

    static string Quote(string text, bool first)
    {
        if (text.Length == 0) return "{}";
        var special = text.AsSpan().ContainsAny(Special) || (first && text[0] == '#');
        if (!special) return text;
        return CanBrace(text) ? $"{{{text}}}" : Escape(text);
    }

    static bool CanBrace(string text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            // A backslash before a newline is replaced even in braces, one at the end would hide the closing brace.
            if (text[i] == '\\' && (i + 1 == text.Length || text[i + 1] == '\n')) return false;
            if (text[i] == '\\') i++;
            else if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth < 0) return false;
        }
        return depth == 0;
    }

    static string Escape(string text)
    {
        var value = new StringBuilder(text.Length * 2);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => value.Append("\\n"),
                '\t' => value.Append("\\t"),
                '\r' => value.Append("\\r"),
                '\v' => value.Append("\\v"),
                '\f' => value.Append("\\f"),
                ' ' or ';' or '"' or '$' or '[' or ']' or '{' or '}' or '\\' or '#' => value.Append('\\').Append(c),
                _ => value.Append(c),
            };
        }
        return value.ToString();
    }

    static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\v' or '\f';
}
