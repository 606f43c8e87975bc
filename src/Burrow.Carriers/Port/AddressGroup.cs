using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Port;

/// <summary>By what callers are counted.</summary>
public static class AddressGroup
{
    /// <summary>An IPv4 address, or an IPv6 /64, because one machine has all of it at its disposal.</summary>
    public static string Of(EndPoint? remote) => Prefix(remote, ofIPv4: 32, ofIPv6: 64);

    /// <summary>What one customer is commonly given: an IPv4 /24, an IPv6 /48. Its holder can come from any address in it.</summary>
    public static string NetworkOf(EndPoint? remote) => Prefix(remote, ofIPv4: 24, ofIPv6: 48);

    static string Prefix(EndPoint? remote, int ofIPv4, int ofIPv6)
    {
        if (EndPoints.Fold(remote) is not IPEndPoint { Address: var address }) return "local";
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var prefix = address.AddressFamily == AddressFamily.InterNetworkV6 ? ofIPv6 : ofIPv4;
        bytes[(prefix / 8)..].Clear();
        var network = new IPAddress(bytes[..length]);
        return prefix == length * 8 ? network.ToString() : $"{network}/{prefix}";
    }
}
