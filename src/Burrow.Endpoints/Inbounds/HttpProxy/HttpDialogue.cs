using Burrow.Core.Http;
using Burrow.Endpoints.Inbounds.Dynamic;

namespace Burrow.Endpoints.Inbounds.HttpProxy;

/// <summary>An HTTP/1.x client of a proxy (RFC 9110, 9112).</summary>
/// <remarks>
/// <code>
/// CONNECT host:port HTTP/1.1       a tunnel; 200 once the target is connected, then bytes
/// GET http://host[:port]/path …    one request: sent on as "GET /path", with Host from the URL, without what holds for this hop only, and with Connection: close
/// anything else                    400, 501
/// </code>
/// Each request in absolute form has a connection of its own, and its answer says so: a client that wants the next one dials again, which costs nothing here, and no answer
/// ever has to be told apart from the next (docs/decisions/0031-one-request-a-connection.md).
/// </remarks>
sealed class HttpDialogue(ProxyUsers? users) : IDialogue
{
    const int HttpPort = 80;

    int _scanned;

    /// <summary>As much as the common servers take.</summary>
    public int Longest => 32 * 1024;

    public Step Feed(ReadOnlySpan<byte> bytes)
    {
        var length = HttpHead.Length(bytes, ref _scanned);
        if (length == 0) return bytes.Length < Longest ? Step.More : Step.Refuse(HttpAnswers.HeadTooLarge, "HTTP: the head is too large");
        if (HttpHead.Parse(bytes[..length]) is not { } head) return Step.Refuse(HttpAnswers.BadRequest, "HTTP: not a request");
        if (head.StartLine.Split(' ') is not [var method, var target, "HTTP/1.0" or "HTTP/1.1"] || !HttpHead.IsToken(method) || target.Any(char.IsControl))
            return Step.Refuse(HttpAnswers.BadRequest, "HTTP: not a request line");
        if (users is not null && !Knows(head)) return Step.Refuse(HttpAnswers.PasswordWanted, "HTTP: no user and password, or wrong ones");
        return method == "CONNECT" ? Connect(target, length) : Request(head, method, target, length);
    }

    static Step Connect(string authority, int length) => TargetText.Parse(authority, defaultPort: null) is { } target
        ? new Step(StepKind.Done, length, Request: new ProxyRequest(target, HttpAnswers.Connected, HttpAnswers.Failure))
        : Step.Refuse(HttpAnswers.BadRequest, "HTTP: CONNECT without host and port");

    static Step Request(HttpHead head, string method, string url, int length)
    {
        const string scheme = "http://";
        if (url.StartsWith('/') || url == "*") return Step.Refuse(HttpAnswers.NotAProxyRequest, "HTTP: a request for a web server, not for a proxy");
        if (!url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return Step.Refuse(HttpAnswers.UnknownScheme, "HTTP: not http://");
        var path = url.AsSpan(scheme.Length).IndexOfAny('/', '?');
        var authority = path < 0 ? url[scheme.Length..] : url.Substring(scheme.Length, path);
        authority = authority[(authority.LastIndexOf('@') + 1)..]; // a user in it is for nobody (RFC 9110 4.2.4)
        var rest = path < 0 ? "" : url[(scheme.Length + path)..];
        if (rest.IndexOf('#', StringComparison.Ordinal) is var fragment && fragment >= 0) rest = rest[..fragment];
        if (!rest.StartsWith('/')) rest = rest.Length == 0 && method == "OPTIONS" ? "*" : "/" + rest;
        if (TargetText.Parse(authority, HttpPort) is not { } target || BodyFraming.Of(head) is not { } body) return Step.Refuse(HttpAnswers.BadRequest, "HTTP: no host in the URL, or no clear end of the body");

        var forwarded = head.WithoutHopByHop();
        // The URL's host is the one that counts (RFC 9112 3.2.2).
        forwarded = new HttpHead(
            $"{method} {rest} {head.StartLine[^8..]}",
            [new("Host", authority), .. forwarded.Fields.Where(field => !field.Key.Equals("Host", StringComparison.OrdinalIgnoreCase))]);
        var request = new ProxyRequest(target, default, HttpAnswers.Failure) { Head = forwarded.ToBytes(), Body = body, Response = new ResponseRewriter() };
        return new Step(StepKind.Done, length, Request: request);
    }

    bool Knows(HttpHead head)
    {
        const string basic = "Basic ";
        if (head.Values("Proxy-Authorization").FirstOrDefault() is not { } given || !given.StartsWith(basic, StringComparison.OrdinalIgnoreCase)) return false;
        var pair = new byte[given.Length];
        if (!Convert.TryFromBase64String(given[basic.Length..].Trim(), pair, out var length)) return false;
        var colon = pair.AsSpan(0, length).IndexOf((byte)':');
        return colon > 0 && users!.Match(pair.AsSpan(0, colon), pair.AsSpan(colon + 1, length - colon - 1));
    }
}
