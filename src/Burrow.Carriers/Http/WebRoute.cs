using System.Globalization;

namespace Burrow.Carriers.Http;

/// <summary>What a request of Burrow's asks for (docs/protocol.md §8).</summary>
enum RouteKind
{
    WebSocket,
    StreamUp,
    StreamDown,
    Open,
    Push,
    Pull,
    End,
}

/// <summary>The end of a request's path; whatever prefix a reverse proxy or a person put in front of it does not matter.</summary>
/// <remarks>
/// <code>
/// …/ID/ws                                     a WebSocket
/// …/ID/down   …/ID/up                         a streamed pair
/// …/ID/open   …/ID/end                        cycles: begin, abort
/// …/ID/push/OFFSET/RECEIVED/FIN/N             cycles: bytes of Jack's
/// …/ID/pull/FROM/MOST/RECEIVED/HOLD/N         cycles: bytes of Jenny's
/// </code>
/// ID is 32 lower-case hex digits, FIN 0 or 1, all other words are decimal numbers. N only makes every request's URL another, so that no cache answers it.
/// </remarks>
/// <param name="First">OFFSET or FROM.</param>
/// <param name="Received">The offset up to which Jack has Jenny's stream.</param>
/// <param name="Most">Bytes that the answer may have at most.</param>
/// <param name="Hold">Milliseconds that the answer may be held back for want of bytes.</param>
/// <param name="Fin">Jack's stream ends behind this request's bytes.</param>
readonly record struct WebRoute(RouteKind Kind, UInt128 Id, long First = 0, long Received = 0, int Most = 0, int Hold = 0, bool Fin = false)
{
    const int IdLength = 32;

    // Longer paths are nobody's: proxies refuse them.
    const int LongestPath = 4096;

    /// <summary>Reads a path.</summary>
    public static bool TryParse(string? path, out WebRoute route)
    {
        route = default;
        if (path is null || path.Length > LongestPath) return false;
        var words = path.Split('/');
        return (TakeWord(words, 1) switch
        {
            "ws" => Make(words, 1, RouteKind.WebSocket),
            "up" => Make(words, 1, RouteKind.StreamUp),
            "down" => Make(words, 1, RouteKind.StreamDown),
            "open" => Make(words, 1, RouteKind.Open),
            "end" => Make(words, 1, RouteKind.End),
            _ when TakeWord(words, 5) == "push" => Push(words),
            _ when TakeWord(words, 6) == "pull" => Pull(words),
            _ => null,
        }) is { } found && (route = found) == found;
    }

    /// <summary>The path for a request.</summary>
    /// <param name="prefix">Begins and ends with a slash.</param>
    /// <param name="number">Another one for each request.</param>
    public string ToPath(string prefix, long number) => Kind switch
    {
        RouteKind.WebSocket => $"{prefix}{Id:x32}/ws",
        RouteKind.StreamUp => $"{prefix}{Id:x32}/up",
        RouteKind.StreamDown => $"{prefix}{Id:x32}/down",
        RouteKind.Open => $"{prefix}{Id:x32}/open",
        RouteKind.End => $"{prefix}{Id:x32}/end",
        RouteKind.Push => $"{prefix}{Id:x32}/push/{First}/{Received}/{(Fin ? 1 : 0)}/{number}",
        RouteKind.Pull => $"{prefix}{Id:x32}/pull/{First}/{Most}/{Received}/{Hold}/{number}",
        _ => throw new InvalidOperationException("no such kind"),
    };

    static WebRoute? Push(string[] words) =>
        Make(words, 5, RouteKind.Push) is { } route
        && Number(words, 4) is { } offset && Number(words, 3) is { } received && Number(words, 2) is { } fin and <= 1 && Number(words, 1) is not null
            ? route with { First = offset, Received = received, Fin = fin == 1 } : null;

    static WebRoute? Pull(string[] words) =>
        Make(words, 6, RouteKind.Pull) is { } route
        && Number(words, 5) is { } from && Number(words, 4) is { } most and <= int.MaxValue && Number(words, 3) is { } received
        && Number(words, 2) is { } hold and <= int.MaxValue && Number(words, 1) is not null
            ? route with { First = from, Most = (int)most, Received = received, Hold = (int)hold } : null;

    /// <summary>The word so many from the end; null when there are fewer.</summary>
    static string? TakeWord(string[] words, int fromEnd) => words.Length > fromEnd ? words[^fromEnd] : null;

    static WebRoute? Make(string[] words, int fromEnd, RouteKind kind) =>
        TakeWord(words, fromEnd + 1) is { Length: IdLength } text && !text.AsSpan().ContainsAnyInRange('A', 'F')
        && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, null, out var id) && id != 0 ? new WebRoute(kind, id) : null;

    static long? Number(string[] words, int fromEnd) =>
        words[^fromEnd] is { Length: > 0 and <= 19 } text && long.TryParse(text, NumberStyles.None, null, out var number) ? number : null;
}
