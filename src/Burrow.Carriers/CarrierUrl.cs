using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Burrow.Carriers.Http.Client;
using Burrow.Core;

namespace Burrow.Carriers;

/// <summary>Where Jenny is reached or listens, and by which carrier.</summary>
/// <remarks>
/// <code>
/// tcp://HOST:PORT   tcp://[V6]:PORT   HOST:PORT   HOST   [V6]   :PORT (listen on all)   port 7000 when none is given
/// unix:PATH         unix://PATH
/// http://HOST/PREFIX/   https://HOST:PORT/PREFIX/   ws://…   wss://…   port 80, or 443, when none is given
/// </code>
/// </remarks>
/// <param name="Scheme">As <see cref="CarrierRegistry"/> lists it.</param>
/// <param name="Target">Host and port; null for <c>unix</c>.</param>
/// <param name="Path">The socket's path; for web carriers the prefix that a reverse proxy asks for, beginning and ending with a slash; null for <c>tcp</c>.</param>
/// <param name="Way">Of a web carrier: by which way; null: by any (<see cref="Ways"/>).</param>
public sealed record CarrierUrl(string Scheme, Target? Target, string? Path, WebWay? Way = null)
{
    public const int DefaultPort = 7000;

    static readonly string[] Later = ["ssh", "exec", "tor+tcp"];
    internal static readonly string[] Web = ["http", "https", "ws", "wss"];

    /// <summary>It is reached by HTTP.</summary>
    public bool IsWeb => Web.Contains(Scheme, StringComparer.Ordinal);

    /// <summary>What carries, for logs and status: the way's name, or the scheme.</summary>
    public string Kind => Way is { } way ? WebCarrier.NameOf(way) : Scheme;

    /// <summary>The ways to go there, best first: a web carrier's are tried side by side, any other has one.</summary>
    /// <param name="only">Of a web carrier that may go any way, only this one; null: all.</param>
    public IReadOnlyList<CarrierUrl> Ways(WebWay? only) => this switch
    {
        { IsWeb: false } or { Way: not null } => [this],
        { Scheme: "ws" or "wss" } => [this with { Way = WebWay.WebSocket }],
        _ => [.. Enum.GetValues<WebWay>().Where(way => only is null || way == only).Select(way => this with { Way = way })],
    };

    /// <summary>It is reached by HTTP inside TLS to an ordinary certificate.</summary>
    public bool IsSecureWeb => Scheme is "https" or "wss";

    /// <summary>Reads one of the forms above.</summary>
    /// <param name="error">Column (from 1) and what was expected; null on success.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CarrierUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        error = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 0 ? text[..colon].ToLowerInvariant() : "";
        var slashes = colon > 0 && text.AsSpan(colon).StartsWith("://", StringComparison.Ordinal);
        if (scheme == "unix")
        {
            var path = text[(colon + (slashes ? 3 : 1))..];
            if (path.Length == 0) error = At(text.Length, "a path after \"unix:\" was expected");
            else url = new CarrierUrl("unix", null, path);
        }
        else if (slashes && Web.Contains(scheme, StringComparer.Ordinal))
        {
            url = ParseWeb(text, scheme, colon + 3, out error);
        }
        else if (Later.Contains(scheme, StringComparer.Ordinal) && (slashes || scheme == "exec"))
        {
            error = At(0, $"the carrier \"{scheme}\" is not available in this version; available are {CarrierRegistry.Available}");
        }
        else if (slashes && scheme != "tcp")
        {
            error = At(0, $"\"{scheme}\" is no carrier; available are {CarrierRegistry.Available}");
        }
        else if (TryParseTarget(text, slashes ? colon + 3 : 0, text.Length, DefaultPort, out var target, out error))
        {
            url = new CarrierUrl("tcp", target, null);
        }
        return url is not null;
    }

    /// <summary>Reads text that was checked before.</summary>
    /// <exception cref="FormatException">It was not, with the message of <see cref="TryParse"/>.</exception>
    public static CarrierUrl Parse(string text) => TryParse(text, out var url, out var error) ? url : throw new FormatException($"{text}: {error}");

    public override string ToString() => Target is null ? $"{Scheme}:{Path}" : $"{Scheme}://{Target}{Path}{(Way is not null && Scheme is not ("ws" or "wss") ? $" ({Kind})" : "")}";

    static CarrierUrl? ParseWeb(string text, string scheme, int start, out string? error)
    {
        var slash = text.IndexOf('/', start);
        var end = slash < 0 ? text.Length : slash;
        if (!TryParseTarget(text, start, end, scheme is "https" or "wss" ? 443 : 80, out var target, out error)) return null;
        var prefix = slash < 0 ? "/" : text[slash..];
        for (var i = 0; i < prefix.Length; i++)
        {
            // What RFC 3986 3.3 allows in a path. A query would not survive what is put behind it.
            if (char.IsAsciiLetterOrDigit(prefix[i]) || "/-._~%!$&'()*+,;=:@".Contains(prefix[i], StringComparison.Ordinal)) continue;
            error = At(slash + i, $"the prefix of a path was expected, which has no \"{prefix[i]}\"");
            return null;
        }
        return new CarrierUrl(scheme, target, prefix.EndsWith('/') ? prefix : prefix + "/");
    }

    static bool TryParseTarget(string text, int start, int limit, int defaultPort, [NotNullWhen(true)] out Target? target, [NotNullWhen(false)] out string? error)
    {
        target = null;
        var end = start > 0 && limit > start && text[limit - 1] == '/' ? limit - 1 : limit;
        var rest = text[start..end];
        string host;
        int after;
        if (rest.StartsWith('['))
        {
            var close = rest.IndexOf(']', StringComparison.Ordinal);
            host = close < 0 ? "" : rest[1..close];
            after = close + 1;
            error = close < 0 ? At(end, "\"]\" was expected")
                : !IPAddress.TryParse(host, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6 ? At(start + 1, $"an IPv6 address was expected, not \"{host}\"")
                : null;
        }
        else
        {
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            after = colon < 0 ? rest.Length : colon;
            host = rest[..after];
            error = rest.Length == 0 ? At(start, "a host and port were expected")
                : colon >= 0 && rest.LastIndexOf(':') != colon ? At(start, "an IPv6 address stands in brackets: [2001:db8::1]:7000")
                : HostProblem(host, start);
        }
        if (error is not null) return false;

        var port = defaultPort;
        if (after < rest.Length)
        {
            if (rest[after] != ':') error = At(start + after, "\":\" and a port were expected");
            else if (!int.TryParse(rest[(after + 1)..], System.Globalization.NumberStyles.None, null, out port) || port > 65535)
                error = At(start + after + 1, $"a port from 0 to 65535 was expected, not \"{rest[(after + 1)..]}\"");
        }
        if (error is null) target = new Target(host, port);
        return error is null;
    }

    static string? HostProblem(string host, int start)
    {
        if (host.Length > Target.MaxHostLength) return At(start, $"a host name has at most {Target.MaxHostLength} characters");
        for (var i = 0; i < host.Length && host != "*"; i++)
        {
            if (!char.IsAsciiLetterOrDigit(host[i]) && host[i] is not ('.' or '-' or '_') && host[i] < 0x80)
                return At(start + i, $"a host name or address was expected, which has no \"{host[i]}\"");
        }
        // Digits and dots are an address or a mistake: 10.1.2.3.4 must not become a name that is looked up.
        return host.Length > 0 && host.All(c => char.IsAsciiDigit(c) || c == '.') && (host.Count(c => c == '.') != 3 || !IPAddress.TryParse(host, out _))
            ? At(start, $"an IPv4 address has four numbers from 0 to 255, unlike \"{host}\"")
            : null;
    }

    static string At(int index, string problem) => $"column {index + 1}: {problem}";
}
