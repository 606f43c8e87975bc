using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Burrow.Core;

namespace Burrow.Carriers.Proxy;

/// <summary>Which proxy Jack's carriers go through, and what is said to it. Immutable but for what is learnt of the proxies; thread-safe.</summary>
/// <remarks>
/// What was given by hand holds for every carrier; otherwise the environment decides for each, as for curl's URLs: <c>https_proxy</c> for https and wss, <c>http_proxy</c> (in small letters alone, as
/// everybody reads it) for http and ws, <c>all_proxy</c> for both when the other is not set, and alone for tcp; <c>no_proxy</c> takes hosts out (<see cref="NoProxyList"/>).
/// </remarks>
public sealed class ProxySettings
{
    readonly ProxyServer? _given;
    readonly ProxyServer? _forHttps;
    readonly ProxyServer? _forHttp;
    readonly ProxyServer? _forAll;
    readonly NoProxyList _noProxy = new(null);
    readonly ConcurrentDictionary<ProxyServer, ProxyAuthentication> _authentications = [];

    ProxySettings(ProxyServer? given, ProxyServer? forHttps = null, ProxyServer? forHttp = null, ProxyServer? forAll = null, NoProxyList? noProxy = null) =>
        (_given, _forHttps, _forHttp, _forAll, _noProxy) = (given, forHttps, forHttp, forAll, noProxy ?? _noProxy);

    /// <summary>A browser's: some proxies let nobody else pass.</summary>
    public const string DefaultUserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

    /// <summary>No proxy, whatever the environment says.</summary>
    public static ProxySettings None { get; } = new(null);

    /// <summary>Sent with every HTTP request that we make, to a proxy or to Jenny.</summary>
    public string UserAgent { get; init; } = DefaultUserAgent;

    /// <summary>Further header lines of every HTTP request that we make, in this order; checked by <see cref="TryParseHeader"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>One proxy for everything.</summary>
    public static ProxySettings Through(ProxyServer proxy) => new(proxy);

    /// <summary>The same proxies, and what was said about requests; null: as before.</summary>
    public ProxySettings With(string? userAgent, IReadOnlyList<KeyValuePair<string, string>> headers) =>
        new(_given, _forHttps, _forHttp, _forAll, _noProxy) { UserAgent = userAgent ?? UserAgent, Headers = headers };

    /// <summary>The same requests, but past every proxy.</summary>
    public ProxySettings Without() => new(null) { UserAgent = UserAgent, Headers = Headers };

    /// <summary>What the environment says.</summary>
    /// <param name="read">Reads a variable; null: the process's environment.</param>
    /// <param name="mistake">The variable that holds no proxy's URL and is left out of account; null if all is well.</param>
    public static ProxySettings FromEnvironment(out string? mistake, Func<string, string?>? read = null)
    {
        read ??= Environment.GetEnvironmentVariable;
        string? wrong = null;
        var all = Parse("all_proxy") ?? Parse("ALL_PROXY");
        // HTTP_PROXY is not read: a web server sets it from a header that anybody can send (CVE-2016-5385), and curl does not read it either.
        var settings = new ProxySettings(
            null, Parse("https_proxy") ?? Parse("HTTPS_PROXY") ?? all, Parse("http_proxy") ?? all, all, new NoProxyList(read("no_proxy") ?? read("NO_PROXY")));
        mistake = wrong;
        return settings;

        ProxyServer? Parse(string name)
        {
            if (read(name) is not { Length: > 0 } text) return null;
            if (ProxyServer.TryParse(text, out var proxy, out _)) return proxy;
            wrong ??= name;
            return null;
        }
    }

    /// <summary>The proxy for one carrier; null: none, go directly.</summary>
    /// <param name="scheme">The carrier's: <c>tcp</c>, <c>http</c>, <c>https</c>, <c>ws</c>, <c>wss</c>.</param>
    /// <param name="jenny">Where the carrier leads.</param>
    public ProxyServer? For(string scheme, Target jenny)
    {
        if (_given is not null) return _given;
        if (_noProxy.Matches(jenny)) return null;
        return scheme switch
        {
            "http" or "ws" => _forHttp,
            "https" or "wss" => _forHttps,
            _ => _forAll,
        };
    }

    /// <summary>How that proxy wants to be told who we are, as far as it is known: every carrier learns from the ones before.</summary>
    internal ProxyAuthentication AuthenticationFor(ProxyServer proxy) => _authentications.GetOrAdd(proxy, static proxy => new ProxyAuthentication(proxy.Credentials));

    /// <summary>Reads a header line, <c>Name: value</c> (RFC 9110 5.1, 5.5): nothing that could end it early gets in.</summary>
    public static bool TryParseHeader(string text, out KeyValuePair<string, string> header, [NotNullWhen(false)] out string? error)
    {
        header = default;
        error = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "" : text[..colon];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))) error = "a header is written 'Name: value'";
        else if (text.AsSpan(colon + 1).ContainsAnyInRange('\0', '\b') || text.AsSpan(colon + 1).ContainsAnyInRange('\n', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal)) error = "a header's value has no control characters";
        else if (IsOurs(name)) error = $"{name} is said by the request itself";
        else header = new(name, text[(colon + 1)..].Trim(' ', '\t'));
        return error is null;
    }

    // What tells where a message ends and what its body is (RFC 9110 8, RFC 9112 6), and what is said to the next one on the way only.
    static bool IsOurs(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
        || ((string[])["Allow", "Connection", "Expect", "Expires", "Keep-Alive", "Last-Modified", "TE", "Trailer", "Transfer-Encoding", "Upgrade"]).Contains(name, StringComparer.OrdinalIgnoreCase);
}
