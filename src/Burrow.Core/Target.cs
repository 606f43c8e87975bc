using System.Net;
using System.Net.Sockets;

namespace Burrow.Core;

/// <summary>Where a channel wants to go or a listener binds: a host name or address, and a port. Names travel as names.</summary>
/// <param name="Host">A host name, or an IP address without brackets; for a listener also "" or "*" (all addresses).</param>
/// <param name="Port">0 to 65535.</param>
public sealed record Target(string Host, int Port)
{
    /// <summary>The longest host name (RFC 1035 2.3.4, in text form).</summary>
    public const int MaxHostLength = 255;

    /// <summary>The address when <see cref="Host"/> is one, else null.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address : null;

    /// <summary><c>host:port</c>, with brackets around an IPv6 address.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>A target that is an address.</summary>
    public static Target From(IPEndPoint endPoint) => new(
        (endPoint.AddressFamily == AddressFamily.InterNetworkV6 && endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address).ToString(),
        endPoint.Port);
}
