using System.Globalization;
using System.Net;
using Burrow.Core;

namespace Burrow.Endpoints.Inbounds.Dynamic;

/// <summary>Hosts and ports as clients of a proxy write them.</summary>
static class TargetText
{
    /// <summary>Whether it is an address or can be a name. What is neither is not sent to the far side, whose resolver might make something of it.</summary>
    public static bool IsHost(string host) => host.Length <= Target.MaxHostLength && !host.Contains('%', StringComparison.Ordinal) && !host.StartsWith('[')
        && (HostName.IsValid(host) || ((host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') == 3) && IPAddress.TryParse(host, out _)));

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[v6]</c> or <c>[v6]:port</c> (RFC 3986 3.2).</summary>
    /// <param name="defaultPort">Null: a port is required.</param>
    public static Target? Parse(string authority, int? defaultPort)
    {
        var close = authority.StartsWith('[') ? authority.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = authority.IndexOf(':', close + 1);
        var host = colon < 0 ? authority : authority[..colon];
        var port = defaultPort ?? 0;
        // "host:" is the default port (RFC 3986 6.2.3).
        if (colon >= 0 && colon < authority.Length - 1 && !int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) return null;
        if (port is < 1 or > 65535) return null;
        if (close >= 0)
        {
            host = host[1..^1];
            if (close != (colon < 0 ? authority.Length : colon) - 1 || !host.Contains(':', StringComparison.Ordinal)) return null;
        }
        return IsHost(host) ? new Target(host, port) : null;
    }
}
