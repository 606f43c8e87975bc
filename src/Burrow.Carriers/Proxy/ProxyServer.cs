using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Burrow.Core;

namespace Burrow.Carriers.Proxy;

/// <summary>How a proxy is spoken to.</summary>
public enum ProxyKind
{
    /// <summary>HTTP: CONNECT for tunnels, requests in absolute form for plain HTTP (RFC 9112 3.2.2, RFC 9110 9.3.6).</summary>
    Http,

    /// <summary>SOCKS 4: addresses only, names are resolved here.</summary>
    Socks4,

    /// <summary>SOCKS 4a: names are resolved by the proxy.</summary>
    Socks4a,

    /// <summary>SOCKS 5 (RFC 1928): names are resolved by the proxy.</summary>
    Socks5,
}

/// <summary>Name and password for a proxy. Never shown: <see cref="ToString"/> has the name alone.</summary>
public sealed record ProxyCredentials(string User, string Password)
{
    public override string ToString() => User;
}

/// <summary>One proxy: where it is, how it is spoken to, and who we are to it.</summary>
/// <remarks>
/// <code>
/// http://HOST:PORT       http://USER:PASSWORD@HOST:PORT   HOST:PORT   HOST   port 80 when none is given with http://, else 1080
/// socks5://HOST:PORT     socks5h:// means the same: names travel as names in any case
/// socks4a://HOST:PORT    socks4://HOST:PORT
/// </code>
/// In USER and PASSWORD, %XX stands for a byte of UTF-8, so that any character can be written.
/// </remarks>
public sealed record ProxyServer(ProxyKind Kind, Target Address, ProxyCredentials? Credentials)
{
    const int HttpPort = 80;
    const int SocksPort = 1080;

    /// <summary>Reads one of the forms above.</summary>
    /// <param name="error">What was expected; null on success. Never holds the password.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ProxyServer? proxy, [NotNullWhen(false)] out string? error)
    {
        proxy = null;
        error = null;
        var slashes = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = slashes < 0 ? "http" : text[..slashes].ToLowerInvariant();
        ProxyKind? kind = scheme switch
        {
            "http" => ProxyKind.Http,
            "socks4" => ProxyKind.Socks4,
            "socks4a" => ProxyKind.Socks4a,
            "socks5" or "socks5h" or "socks" => ProxyKind.Socks5,
            _ => null,
        };
        if (kind is null)
        {
            error = "a proxy's URL starts with http://, socks5://, socks4a:// or socks4://";
            return false;
        }
        var rest = text[(slashes < 0 ? 0 : slashes + 3)..];
        // The last @ before the path: a password may hold one.
        var path = rest.LastIndexOf('/') is var slash && slash > rest.LastIndexOf('@') ? rest.IndexOf('/', rest.LastIndexOf('@') + 1) : -1;
        if (path >= 0 && path != rest.Length - 1) error = "a proxy's URL has no path";
        if (path >= 0) rest = rest[..path];
        var at = rest.LastIndexOf('@');
        ProxyCredentials? credentials = null;
        if (at >= 0 && error is null) credentials = ParseCredentials(rest[..at], out error);
        if (error is not null) return false;
        var address = ParseAddress(rest[(at + 1)..], kind == ProxyKind.Http ? HttpPort : SocksPort);
        if (address is null) error = "a proxy's URL has HOST:PORT, with an IPv6 address in brackets";
        else proxy = new ProxyServer(kind.Value, address, credentials);
        return proxy is not null;
    }

    /// <summary>For logs: without credentials.</summary>
    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}://{Address}";

    static ProxyCredentials? ParseCredentials(string text, out string? error)
    {
        error = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? text : text[..colon]);
        var password = colon < 0 ? "" : Uri.UnescapeDataString(text[(colon + 1)..]);
        if (user.Length == 0) error = "a proxy's URL has USER:PASSWORD before the @";
        // RFC 7617 2: the first colon ends the name, and control characters are none of either's.
        else if (user.Any(char.IsControl) || password.Any(char.IsControl)) error = "a user name or password has no control characters";
        else return new ProxyCredentials(user, password);
        return null;
    }

    static Target? ParseAddress(string text, int port)
    {
        var colon = text.LastIndexOf(':');
        var bracketed = text.StartsWith('[');
        if (bracketed && colon < text.IndexOf(']', StringComparison.Ordinal)) colon = -1;
        var host = colon < 0 ? text : text[..colon];
        if (colon >= 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)) return null;
        if (bracketed) return host.EndsWith(']') && new Target(host[1..^1], port) is { Address.AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } v6 ? v6 : null;
        var target = new Target(host, port);
        return !host.Contains(':', StringComparison.Ordinal) && (target.Address is not null || HostName.IsValid(host)) ? target : null;
    }
}
