using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Burrow.Core;

namespace Burrow.Carriers;

/// <summary>Where Jenny is reached or listens, and by which carrier.</summary>
/// <remarks>
/// <code>
/// tcp://HOST:PORT   tcp://[V6]:PORT   HOST:PORT   HOST   [V6]   :PORT (listen on all)   port 7000 when none is given
/// unix:PATH         unix://PATH
/// </code>
/// </remarks>
/// <param name="Scheme">As <see cref="CarrierRegistry"/> lists it.</param>
/// <param name="Target">Host and port; null for <c>unix</c>.</param>
/// <param name="Path">The socket's path; null for <c>tcp</c>.</param>
public sealed record CarrierUrl(string Scheme, Target? Target, string? Path)
{
    public const int DefaultPort = 7000;

    static readonly string[] Later = ["http", "https", "ws", "wss", "ssh", "exec", "tor+tcp"];

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
        else if (Later.Contains(scheme, StringComparer.Ordinal) && (slashes || scheme == "exec"))
        {
            error = At(0, $"the carrier \"{scheme}\" is not available in this version; available are {CarrierRegistry.Available}");
        }
        else if (slashes && scheme != "tcp")
        {
            error = At(0, $"\"{scheme}\" is no carrier; available are {CarrierRegistry.Available}");
        }
        else if (TryParseTarget(text, slashes ? colon + 3 : 0, out var target, out error))
        {
            url = new CarrierUrl("tcp", target, null);
        }
        return url is not null;
    }

    /// <summary>Reads text that was checked before.</summary>
    /// <exception cref="FormatException">It was not, with the message of <see cref="TryParse"/>.</exception>
    public static CarrierUrl Parse(string text) => TryParse(text, out var url, out var error) ? url : throw new FormatException($"{text}: {error}");

    public override string ToString() => Target is null ? $"{Scheme}:{Path}" : $"{Scheme}://{Target}";

    static bool TryParseTarget(string text, int start, [NotNullWhen(true)] out Target? target, [NotNullWhen(false)] out string? error)
    {
        target = null;
        var end = start > 0 && text.Length > start && text.EndsWith('/') ? text.Length - 1 : text.Length;
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

        var port = DefaultPort;
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
