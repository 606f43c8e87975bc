using System.Globalization;
using System.Text;

namespace Burrow.EndToEnd.Lab;

/// <summary>One message as it stood on the wire.</summary>
/// <param name="Start">Its first line.</param>
/// <param name="Body">Bytes of its body, chunk heads left out.</param>
/// <param name="Whole">False: the connection ended inside of it.</param>
sealed record HttpMessage(string Start, IReadOnlyList<(string Name, string Value)> Fields, long Body, bool Whole)
{
    public string? this[string name] => Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public int Status => int.Parse(Start.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <summary>
/// A strict reader of one direction of a connection by RFC 9112, which knows nothing of Burrow: no bare line feeds, no folded lines, no blanks before colons, one way alone to tell where a body
/// ends, no byte between messages. What it does not like it throws.
/// </summary>
sealed class HttpWire(byte[] bytes, bool isToProxy = true)
{
    const string TokenMarks = "!#$%&'*+-.^_`|~";
    int _position;

    /// <summary>The requests of a connection.</summary>
    /// <param name="isToProxy">Their targets are in absolute form; else in origin form.</param>
    public static List<HttpMessage> Requests(byte[] bytes, bool isToProxy = true)
    {
        var wire = new HttpWire(bytes, isToProxy);
        var all = new List<HttpMessage>();
        while (wire._position < bytes.Length && wire.Next(isRequest: true, method: "") is { } message) all.Add(message);
        return all;
    }

    /// <summary>The answers of a connection, told apart by the requests that they answer.</summary>
    public static List<HttpMessage> Answers(byte[] bytes, IEnumerable<HttpMessage> requests)
    {
        var wire = new HttpWire(bytes);
        var all = new List<HttpMessage>();
        using var asked = requests.GetEnumerator();
        var isInterim = false;
        while (wire._position < bytes.Length)
        {
            if (!isInterim && !asked.MoveNext()) throw wire.Wrong("an answer to no request");
            if (wire.Next(isRequest: false, asked.Current.Start.Split(' ')[0]) is not { } message) break;
            isInterim = message.Status is >= 100 and < 200;
            all.Add(message);
        }
        return all;
    }

    HttpMessage? Next(bool isRequest, string method)
    {
        if (Line() is not { } start) return null;
        if (isRequest) CheckRequest(start);
        else CheckStatus(start);
        var fields = new List<(string Name, string Value)>();
        while (Line() is var line && line != "")
        {
            if (line is null) return new HttpMessage(start, fields, 0, Whole: false);
            fields.Add(Field(line));
        }
        List<string> Values(string name) => [.. fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];
        if (isRequest && Values("Host").Count != 1) throw Wrong("not one Host");
        var (lengths, codings) = (Values("Content-Length"), Values("Transfer-Encoding"));
        if (lengths.Count + codings.Count > 1) throw Wrong("more than one word on where the body ends");
        var status = isRequest ? 0 : int.Parse(start.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        if (!isRequest && (method == "HEAD" || status is < 200 or 204 or 304)) return new HttpMessage(start, fields, 0, Whole: true);
        if (codings is [var coding]) return coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? Chunked(start, fields) : throw Wrong($"the coding {coding}");
        if (lengths is [var length])
        {
            if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) throw Wrong($"the length {length}");
            return new HttpMessage(start, fields, Take(count), Whole: _taken);
        }
        // A request without a word has no body; an answer without one goes on to the connection's end.
        return new HttpMessage(start, fields, isRequest ? 0 : Take(long.MaxValue), Whole: true);
    }

    HttpMessage Chunked(string start, List<(string, string)> fields)
    {
        long body = 0;
        while (true)
        {
            if (Line() is not { } head) return new HttpMessage(start, fields, body, Whole: false);
            var digits = head.Split(';')[0];
            if (digits.Length is 0 or > 8 || !digits.All(char.IsAsciiHexDigit)) throw Wrong($"the chunk \"{head}\"");
            var count = long.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            body += Take(count);
            if (!_taken) return new HttpMessage(start, fields, body, Whole: false);
            var end = Line();
            if (end is null) return new HttpMessage(start, fields, body, Whole: false);
            if (end != "") throw Wrong("a chunk longer than its head says, or trailers");
            if (count == 0) return new HttpMessage(start, fields, body, Whole: true);
        }
    }

    void CheckRequest(string line)
    {
        if (line.Split(' ') is not [var method, var target, "HTTP/1.1"] || method is not ("GET" or "POST")) throw Wrong($"the request line \"{line}\"");
        if (!isToProxy && !target.StartsWith('/')) throw Wrong($"the target \"{target}\"");
        if (!isToProxy) target = "http://host" + target;
        if (!Uri.TryCreate(target, UriKind.Absolute, out var uri) || uri.Scheme != "http" || target.Any(c => c is <= ' ' or >= (char)127)) throw Wrong($"the target \"{target}\"");
    }

    void CheckStatus(string line)
    {
        if (!line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || line.Length < 13 || line[12] != ' ' || !line.AsSpan(9, 3).ContainsAnyInRange('0', '9')) throw Wrong($"the status line \"{line}\"");
    }

    (string Name, string Value) Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !line[..colon].All(c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c, StringComparison.Ordinal))) throw Wrong($"the field \"{line}\"");
        if (line.AsSpan(colon).ContainsAnyInRange('\0', '\b')) throw Wrong($"the field \"{line}\"");
        return (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }

    /// <summary>Up to CR LF; null: the connection ended before.</summary>
    string? Line()
    {
        var rest = bytes.AsSpan(_position);
        var end = rest.IndexOf((byte)'\n');
        if (end < 0 && rest.Length > 64 * 1024) throw Wrong("a line without an end");
        if (end < 0)
        {
            _position = bytes.Length;
            return null;
        }
        if (end == 0 || rest[end - 1] != '\r' || rest[..(end - 1)].Contains((byte)'\r')) throw Wrong("a line that does not end as lines do");
        _position += end + 1;
        return Encoding.Latin1.GetString(rest[..(end - 1)]);
    }

    bool _taken;

    long Take(long count)
    {
        var there = Math.Min(count, bytes.Length - _position);
        _taken = there == count;
        _position += (int)there;
        return there;
    }

    InvalidDataException Wrong(string what) =>
        new($"at {_position}: {what}; before: {Encoding.Latin1.GetString(bytes, Math.Max(0, _position - 200), Math.Min(200, _position)).ReplaceLineEndings("|")}");
}
