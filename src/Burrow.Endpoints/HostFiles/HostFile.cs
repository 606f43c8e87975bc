using System.Globalization;
using System.Net;
using System.Text;
using Burrow.Core;

namespace Burrow.Endpoints.HostFiles;

/// <summary>What stands in a host file. Immutable; everything that is not a counter stays byte for byte as it is.</summary>
/// <remarks>
/// <code>
/// # a comment, as the first thing of a line
/// 10.0.0.1 1024         host, white space, bytes from 0 to 2^64-1
/// db.example            no number yet: 0
/// fe80::1%eth0 7 text   what follows the number is kept
///                       empty lines, tabs, CR before LF, and a last line without an end are kept, too
/// </code>
/// Text is Latin-1 here, so that any bytes come out as they came in.
/// </remarks>
public sealed class HostFile
{
    readonly Line[] _lines;

    HostFile(Line[] lines) => _lines = lines;

    /// <summary>Hosts in the order of the file.</summary>
    public IEnumerable<HostEntry> Entries => _lines.Where(line => line.IsHost).Select(line => new HostEntry(line.Host, line.Bytes));

    /// <summary>The host with the fewest bytes, the first of equals; null when there is none.</summary>
    public HostEntry? Least => Entries.Any() ? Entries.MinBy(entry => entry.Bytes) : null;

    /// <summary>Reads a file's content.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="content">All of it.</param>
    /// <exception cref="HostFileException">A line is none of the forms above, or names a host again.</exception>
    public static HostFile Parse(string path, ReadOnlySpan<byte> content)
    {
        var text = Encoding.Latin1.GetString(content);
        var lines = new List<Line>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            var line = Line.Parse(text[start..end], out var mistake);
            var number = lines.Count + 1;
            if (mistake is null && line.IsHost && !seen.TryAdd(line.Host, number)) mistake = $"\"{line.Host}\" stands on line {seen[line.Host]} already";
            if (mistake is not null) throw new HostFileException($"{path}:{number}: {mistake}", isContent: true);
            lines.Add(line);
            start = end;
        }
        return new HostFile([.. lines]);
    }

    /// <summary>Whether the text may stand for a host: an address without brackets, or a name.</summary>
    public static bool IsHost(string text) => HostName.IsValid(text)
        || (!text.AsSpan().ContainsAny("/*[]") && (AddressRange.TryParse(text, out _) || (text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out _))));

    /// <summary>The bytes of a host; null when it is not listed.</summary>
    public ulong? BytesOf(string host) => _lines.FirstOrDefault(line => line.Is(host)) is { IsHost: true } found ? found.Bytes : null;

    /// <summary>Counts bytes for a host that is listed; the counter stops at 2^64-1. A host that is not listed changes nothing: somebody took it out.</summary>
    public HostFile Count(string host, ulong bytes) => new([.. _lines.Select(line => line.Is(host) ? line.With(Sum(line.Bytes, bytes)) : line)]);

    /// <summary>Sets a host's counter; a host that is not listed is added at the end.</summary>
    public HostFile Set(string host, ulong bytes)
    {
        if (BytesOf(host) is not null) return new([.. _lines.Select(line => line.Is(host) ? line.With(bytes) : line)]);
        var added = Line.Parse(string.Create(CultureInfo.InvariantCulture, $"{host} {bytes}\n"), out _);
        if (_lines.Length == 0 || _lines[^1].EndsLine) return new([.. _lines, added]);
        return new([.. _lines[..^1], _lines[^1].WithEnd(), added]);
    }

    public byte[] ToBytes() => Encoding.Latin1.GetBytes(string.Concat(_lines.Select(line => line.Text)));

    /// <summary>Counters stay at their end rather than begin anew.</summary>
    internal static ulong Sum(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;

    /// <param name="Text">All of it, with its end.</param>
    /// <param name="Host">Empty when the line names none.</param>
    /// <param name="Bytes">0 when there is no number.</param>
    /// <param name="Number">Where the number stands, or would.</param>
    readonly record struct Line(string Text, string Host, ulong Bytes, Range Number)
    {
        public bool IsHost => Host is { Length: > 0 };

        public bool EndsLine => Text.EndsWith('\n');

        public bool Is(string host) => IsHost && Host.Equals(host, StringComparison.OrdinalIgnoreCase);

        public Line WithEnd() => this with { Text = Text + "\n" };

        public Line With(ulong bytes)
        {
            var (at, length) = Number.GetOffsetAndLength(Text.Length);
            var number = (length == 0 ? " " : "") + bytes.ToString(CultureInfo.InvariantCulture);
            return Parse(string.Concat(Text.AsSpan(0, at), number, Text.AsSpan(at + length)), out _);
        }

        public static Line Parse(string text, out string? mistake)
        {
            mistake = null;
            var (host, afterHost) = Word(text, 0);
            if (host.Length == 0 || host[0] == '#') return new Line(text, "", 0, default);
            var (word, end) = Word(text, afterHost);
            var isNumber = word.Length > 0 && word[0] != '#';
            var bytes = 0UL;
            if (isNumber && !ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out bytes))
                mistake = $"\"{Shown(word)}\" is no number of bytes: should be from 0 to {ulong.MaxValue}";
            else if (!IsHost(host))
                mistake = $"\"{Shown(host)}\" is neither an address nor a host name";
            return new Line(text, host, bytes, isNumber ? (end - word.Length)..end : afterHost..afterHost);
        }

        static (string Word, int End) Word(string text, int at)
        {
            while (at < text.Length && IsSpace(text[at])) at++;
            var start = at;
            while (at < text.Length && !IsSpace(text[at])) at++;
            return (text[start..at], at);
        }

        // Not char.IsWhiteSpace: in Latin-1 it would take a byte of a longer UTF-8 letter for a blank.
        static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

        static string Shown(string word) => new([.. word.Take(64).Select(c => char.IsControl(c) ? '?' : c)]);
    }
}
