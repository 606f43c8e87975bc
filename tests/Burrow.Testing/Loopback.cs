using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;

namespace Burrow.Testing;

/// <summary>Real sockets on this machine, in pairs.</summary>
public static class Loopback
{
    /// <summary>Two ends of one TCP connection.</summary>
    public static async Task<(SocketConnection Client, SocketConnection Server)> TcpAsync(IPAddress? address = null)
    {
        var (client, server) = await TcpSocketsAsync(address);
        return (new SocketConnection(client), new SocketConnection(server));
    }

    /// <summary>The same as bare sockets, for tests that look at what the peer's program would see.</summary>
    public static async Task<(Socket Client, Socket Server)> TcpSocketsAsync(IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        using var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        var client = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var accepted = listener.AcceptAsync();
        await client.ConnectAsync(listener.LocalEndPoint!);
        return (client, await accepted);
    }

    /// <summary>Two ends of one unix socket.</summary>
    public static async Task<(SocketConnection Client, SocketConnection Server)> UnixAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), $"burrow-test-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var accepted = listener.AcceptAsync();
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return (new SocketConnection(client), new SocketConnection(await accepted));
    }

    /// <summary>A port of the loopback address on which nobody listens.</summary>
    public static int ClosedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
