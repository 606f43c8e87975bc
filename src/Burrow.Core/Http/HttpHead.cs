using System.Buffers;
using System.Text;

namespace Burrow.Core.Http;

/// <summary>The head of an HTTP/1.x message: a start line and header fields, in order (RFC 9112 2 to 5). Bytes are kept as Latin-1, so that what is not understood passes unchanged.</summary>
/// <param name="StartLine">Request line or status line, without its end.</param>
/// <param name="Fields">Names as written; values without white space around them.</param>
public sealed record HttpHead(string StartLine, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    static readonly SearchValues<char> NotInValues = SearchValues.Create("\0\r\n");

    /// <summary>The values of all fields of that name, in order; names are compared without regard to case.</summary>
    public IEnumerable<string> Values(string name) =>
        Fields.Where(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    /// <summary>The elements of a comma-separated field, of all its lines.</summary>
    public IEnumerable<string> Elements(string name) =>
        Values(name).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Whether the text may be a method or a field's name (RFC 9110 5.6.2).</summary>
    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>Finds where a head ends: after the first empty line.</summary>
    /// <param name="bytes">What has arrived.</param>
    /// <param name="scanned">How much of it was looked at before without success: makes a head that comes byte by byte cost no more than one that comes at once. Updated.</param>
    /// <returns>The head's length with its empty line, or 0 when it has not ended yet.</returns>
    public static int Length(ReadOnlySpan<byte> bytes, ref int scanned)
    {
        // A line may end with LF alone (RFC 9112 2.2). The end is LF LF or LF CR LF.
        var from = Math.Max(0, scanned - 2);
        while (bytes[from..].IndexOf((byte)'\n') is var found && found >= 0)
        {
            var next = from + found + 1;
            if (next < bytes.Length && bytes[next] == '\n') return next + 1;
            if (next + 1 < bytes.Length && bytes[next] == '\r' && bytes[next + 1] == '\n') return next + 2;
            from = next;
        }
        scanned = bytes.Length;
        return 0;
    }

    /// <summary>Reads a whole head, of the length that <see cref="Length"/> found.</summary>
    /// <returns>Null when it is none: a line folded, white space before a colon, control characters (RFC 9112 5.1, 5.2 and 11.2: what others might read differently).</returns>
    public static HttpHead? Parse(ReadOnlySpan<byte> bytes)
    {
        string? start = null;
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var range in bytes.Split((byte)'\n'))
        {
            var line = bytes[range];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.IsEmpty) break;
            var text = Encoding.Latin1.GetString(line);
            if (text.AsSpan().ContainsAny(NotInValues)) return null;
            if (start is null)
            {
                start = text;
                continue;
            }
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsToken(text.AsSpan(0, colon))) return null;
            fields.Add(new(text[..colon], text[(colon + 1)..].Trim(' ', '\t')));
        }
        return start is null ? null : new HttpHead(start, fields);
    }

    /// <summary>The head as it goes on the wire, with its empty line.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(StartLine).Append("\r\n");
        foreach (var (name, value) in Fields) text.Append(name).Append(": ").Append(value).Append("\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>Without what holds for one connection only (RFC 9110 7.6.1), and with word that this connection ends after the message. Framing is left as it is.</summary>
    public HttpHead WithoutHopByHop()
    {
        var named = Elements("Connection").Where(name => !IsFraming(name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var kept = Fields.Where(field => !IsHopByHop(field.Key) && !named.Contains(field.Key));
        return this with { Fields = [.. kept, new("Connection", "close")] };
    }

    static bool IsHopByHop(string name) => name.ToUpperInvariant() is "CONNECTION" or "PROXY-CONNECTION" or "KEEP-ALIVE" or "PROXY-AUTHORIZATION" or "PROXY-AUTHENTICATE" or "PROXY-AUTHENTICATION-INFO" or "TE" or "UPGRADE";

    // A sender that names these in Connection would have the next hop misread where the message ends.
    static bool IsFraming(string name) => name.ToUpperInvariant() is "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "HOST";
}
