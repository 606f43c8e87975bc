using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Port;

/// <summary>By what callers are counted: an IPv4 address, or an IPv6 /64, because one machine has all of it at its disposal.</summary>
public static class AddressGroup
{
    public static string Of(EndPoint? remote)
    {
        if (EndPoints.Fold(remote) is not IPEndPoint { Address: var address }) return "local";
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
