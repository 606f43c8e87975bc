using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>Addresses as people write them: an IPv4 client of a dual-stack listener is an IPv4 client.</summary>
public static class EndPoints
{
    /// <summary><c>::ffff:10.0.0.1</c> becomes <c>10.0.0.1</c>; anything else stays.</summary>
    public static IPAddress Fold(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The same for an end point of any kind.</summary>
    public static EndPoint? Fold(EndPoint? endPoint) => endPoint is IPEndPoint { Address: { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } mapped, Port: var port }
        ? new IPEndPoint(mapped.MapToIPv4(), port)
        : endPoint;
}
