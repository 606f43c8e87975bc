using System.Net.Sockets;
using System.Runtime.InteropServices;
using Burrow.Core.Platform.Linux;

namespace Burrow.Core.Sockets;

/// <summary>Socket options beyond the defaults, each with what it is for. All are best effort: a system that lacks one works without it.</summary>
public static class SocketTuning
{
    /// <summary>
    /// How many bytes the kernel may hold that it has not yet sent. Less, and each wake-up of the sender moves too little (measured elsewhere: below 64 KiB a fast path
    /// starves); more, and a byte that becomes urgent waits behind what could still have been scheduled after it.
    /// </summary>
    public const int DefaultNotSentLowWater = 128 * 1024;

    const int MinNotSentLowWater = 16 * 1024;
    const int MaxNotSentLowWater = 4 * 1024 * 1024;

    /// <summary>TCP_NOTSENT_LOWAT (tcp(7)): the socket counts as writable only while fewer bytes than this are unsent. Linux only.</summary>
    /// <param name="connection">A TCP connection.</param>
    /// <param name="bytes">Clamped to 16 KiB … 4 MiB.</param>
    /// <returns>Whether the system took it.</returns>
    public static bool TrySetNotSentLowWater(SocketConnection connection, int bytes = DefaultNotSentLowWater) =>
        OperatingSystem.IsLinux()
        && TrySetRaw(connection.Socket, LinuxSocketOptions.IpprotoTcp, LinuxSocketOptions.TcpNotSentLowat, Math.Clamp(bytes, MinNotSentLowWater, MaxNotSentLowWater));

    /// <summary>Lets the kernel probe a connection on which nothing moves, so that a peer that vanished is noticed without any traffic of ours.</summary>
    /// <param name="connection">A TCP connection.</param>
    /// <param name="idle">Silence before the first probe; whole seconds, at least one.</param>
    /// <param name="interval">Between probes; whole seconds, at least one.</param>
    /// <param name="probes">How many may go unanswered.</param>
    public static bool TrySetKeepAlive(SocketConnection connection, TimeSpan idle, TimeSpan interval, int probes)
    {
        try
        {
            var socket = connection.Socket;
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, (int)idle.TotalSeconds));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, (int)interval.TotalSeconds));
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, probes);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>
    /// SO_REUSEADDR as servers want it: connections of an earlier run that linger in TIME_WAIT don't block the port, a listener that lives does.
    /// The runtime's own ReuseAddress is not used, because on Linux it would also set SO_REUSEPORT, and two servers would silently share the port.
    /// </summary>
    public static void ReuseAddressAsServersDo(Socket listener)
    {
        if (OperatingSystem.IsLinux()) TrySetRaw(listener, LinuxSocketOptions.SolSocket, LinuxSocketOptions.SoReuseAddr, 1);
    }

    /// <summary>
    /// IP_BIND_ADDRESS_NO_PORT (ip(7)): binding to an address chooses no port yet; connecting does, and can then share ports between targets. Otherwise an address gives some 28,000 connections in
    /// all, instead of to each target.
    /// </summary>
    internal static void BindAddressOnly(Socket socket)
    {
        if (OperatingSystem.IsLinux()) TrySetRaw(socket, LinuxSocketOptions.IpprotoIp, LinuxSocketOptions.IpBindAddressNoPort, 1);
    }

    /// <summary>Bytes that were written and not confirmed by the peer (SIOCOUTQ, tcp(7)); 0 where the system does not say.</summary>
    internal static int UnsentBytes(Socket socket)
    {
        try
        {
            return OperatingSystem.IsLinux() ? LinuxSockets.OutQueue(socket.SafeHandle) : 0;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    static bool TrySetRaw(Socket socket, int level, int name, int value)
    {
        try
        {
            socket.SetRawSocketOption(level, name, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
