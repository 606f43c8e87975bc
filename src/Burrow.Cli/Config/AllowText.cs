using System.Net;
using Burrow.Cli.Config.Tcl;
using Burrow.Core;

namespace Burrow.Cli.Config;

/// <summary>The hosts.allowed of a map: a checked list of addresses, ranges and names, at least one.</summary>
/// <param name="Entries">As written, without blanks.</param>
internal sealed record AllowText(IReadOnlyList<string> Entries)
{
    public bool Equals(AllowText? other) => other is not null && Entries.SequenceEqual(other.Entries);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => string.Join(' ', Entries);

    /// <summary>Reads a Tcl list. An empty one is an error: it is unclear whether nobody or everybody was meant.</summary>
    public static AllowText? Read(Word word, ProblemList problems)
    {
        if (TclList.Split(word.Text, out var problem) is not { } elements)
        {
            problems.Add(word.Span, problem!);
            return null;
        }
        if (elements.Count == 0)
        {
            problems.Add(word.Span, "the list of allowed hosts is empty; leave it out to allow every client");
            return null;
        }
        var entries = new List<string>();
        foreach (var element in elements)
        {
            var span = element.Verbatim ? word.At(element.Start, element.Text.Length) : word.Span;
            if (Check(new Word(element.Text, span, element.Verbatim && word.Inner is not null ? span : null), problems)) entries.Add(element.Text);
        }
        return entries.Count == elements.Count ? new AllowText(entries) : null;
    }

    static bool Check(Word entry, ProblemList problems)
    {
        if (AllowList.TryParse([entry.Text], out _, out _)) return true;
        if (!entry.Text.Contains('/', StringComparison.Ordinal))
        {
            if (AddressText.Host(entry, problems, listens: false) is not null)
                problems.Add(entry.Span, $"\"{Printable.Text(entry.Text)}\" is no address, range or host name");
            return false;
        }
        var slash = entry.Text.IndexOf('/', StringComparison.Ordinal);
        problems.Add(entry.Span, IPAddress.TryParse(entry.Text.AsSpan(0, slash), out _)
            ? $"\"{Printable.Text(entry.Text)}\" is no range: after the slash stands a number up to 32 (IPv6: 128)"
            : $"\"{Printable.Text(entry.Text)}\" is no range of addresses: should be ADDRESS/BITS");
        return false;
    }
}
