using System.Net;
using Burrow.Core;

namespace Burrow.Carriers.Proxy;

/// <summary>Hosts that are reached without a proxy, as <c>no_proxy</c> lists them.</summary>
/// <remarks>
/// <code>
/// *                  every host
/// example.com        that name and every name below it; .example.com and *.example.com are the same
/// 10.1.2.3           that address, when it is written so in the URL: names are not resolved for this
/// 10.0.0.0/8         addresses of that range
/// [::1]              an IPv6 address, with or without brackets
/// host:7000          the same, for that port alone
/// </code>
/// Entries are separated by commas or blanks; what is not understood matches nothing. Loopback is never reached through a proxy of the environment, for a proxy's
/// loopback is another machine's.
/// </remarks>
sealed class NoProxyList(string? text)
{
    readonly string[] _entries = (text ?? "").Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    public bool Matches(Target target)
    {
        if (target.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (target.Address is { } own && IPAddress.IsLoopback(own))) return true;
        foreach (var entry in _entries)
            if (Matches(entry, target)) return true;
        return false;
    }

    static bool Matches(string entry, Target target)
    {
        if (entry == "*") return true;
        var (host, port) = Split(entry);
        if (port is not null && port != target.Port) return false;
        if (AddressRange.TryParse(host, out var range)) return target.Address is { } address && range.Contains(address);
        var name = host.TrimStart('*').Trim('.');
        var wanted = target.Host.TrimEnd('.');
        return name.Length > 0 && target.Address is null && wanted.EndsWith(name, StringComparison.OrdinalIgnoreCase)
            && (wanted.Length == name.Length || wanted[^(name.Length + 1)] == '.');
    }

    static (string Host, int? Port) Split(string entry)
    {
        var bracket = entry.StartsWith('[') ? entry.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = entry.LastIndexOf(':');
        if (colon <= bracket || (bracket < 0 && entry.IndexOf(':', StringComparison.Ordinal) != colon)) return (entry.Trim('[', ']'), null);
        return int.TryParse(entry.AsSpan(colon + 1), out var port) ? (entry[..colon].Trim('[', ']'), port) : (entry, null);
    }
}
