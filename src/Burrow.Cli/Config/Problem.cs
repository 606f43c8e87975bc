using System.Text;

namespace Burrow.Cli.Config;

/// <summary>Something wrong in what a person wrote: where, and what was expected instead.</summary>
internal sealed record Problem(Span? Where, string Message)
{
    const string SecretPrefix = "burrow1-";

    /// <summary>The message after <c>file:line:column:</c>, with the line and a mark under the place, as compilers do.</summary>
    public override string ToString()
    {
        if (Where is not { } where) return Message;
        var (line, column) = where.Source.Locate(where.Start);
        var text = HideSecrets(where.Source.Line(line));
        var number = where.Source.IsFile ? line.ToString() : "";
        var length = Math.Clamp(where.End - where.Start, 1, Math.Max(1, text.Length - column + 1));

        // Tabs are kept before the mark, so that it stands under the place however wide they are shown.
        var lead = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(column - 1, text.Length))) lead.Append(c == '\t' ? '\t' : ' ');
        var gutter = new string(' ', number.Length);
        return $"{where}: {Message}\n  {number} | {Printable.Text(text, keepTabs: true)}\n  {gutter} | {lead}^{new string('~', length - 1)}";
    }

    /// <summary>Who writes a secret where a file's name belongs must not find it again in a log.</summary>
    static string HideSecrets(string line)
    {
        var at = line.IndexOf(SecretPrefix, StringComparison.Ordinal);
        if (at < 0) return line;
        var hidden = line.ToCharArray();
        for (; at >= 0; at = line.IndexOf(SecretPrefix, at + 1, StringComparison.Ordinal))
        {
            for (var i = at + SecretPrefix.Length; i < hidden.Length && char.IsAsciiLetterOrDigit(hidden[i]); i++) hidden[i] = '*';
        }
        return new string(hidden);
    }
}

/// <summary>Collects what is wrong, so that all of it can be reported at once. The same place is reported once.</summary>
internal sealed class ProblemList
{
    /// <summary>Beyond this, more errors help nobody; the rest is only counted.</summary>
    const int Kept = 50;

    readonly List<Problem> _items = [];
    readonly HashSet<(SourceText?, int, string)> _seen = [];
    bool _wrong;

    /// <summary>In the order of the places, as far as they have one: a file's words are read more than once.</summary>
    public IReadOnlyList<Problem> Items
    {
        get
        {
            var sources = _items.Select(problem => problem.Where?.Source).Distinct().ToList();
            return [.. _items.OrderBy(problem => sources.IndexOf(problem.Where?.Source)).ThenBy(problem => problem.Where?.Start ?? 0)];
        }
    }

    /// <summary>How many were not kept.</summary>
    public int Dropped { get; private set; }

    public bool Any => _items.Count > 0;

    public void Add(Span? where, string message)
    {
        _wrong = true;
        Keep(where, message);
    }

    void Keep(Span? where, string message)
    {
        if (_items.Count >= Kept) Dropped++;
        else if (_seen.Add((where?.Source, where?.Start ?? 0, message))) _items.Add(new Problem(where, message));
    }

    /// <summary>Something was not said. It is no news when something that was said is not understood: that may have been it.</summary>
    public void AddMissing(Span? where, string message)
    {
        if (!_wrong) Keep(where, message);
    }

    public void Add(Problem problem) => Add(problem.Where, problem.Message);
}
