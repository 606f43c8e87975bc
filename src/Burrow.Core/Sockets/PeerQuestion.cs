using System.Net.Sockets;
using System.Runtime.Versioning;
using Burrow.Core.Platform.Linux;

namespace Burrow.Core.Sockets;

/// <summary>
/// Asks a TCP peer's system whether it is still there, by a keepalive probe at once: when TCP_KEEPIDLE (tcp(7)) is set to less than the connection has been idle, the kernel sends one. Its answer is an
/// acknowledgement; nothing of the stream is touched.
/// </summary>
[SupportedOSPlatform("linux")]
static class PeerQuestion
{
    // The kernel counts idleness in whole seconds. Who was heard of within the last one is taken to be there.
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <returns>False when it did not answer, or is no more.</returns>
    public static async ValueTask<bool> AskAsync(SocketConnection connection, TimeSpan patience)
    {
        if (connection.End is not null) return false;
        var idle = KeepAliveTime(connection.Socket, 1);
        try
        {
            for (var began = Environment.TickCount64; TcpInfo.Of(connection.Socket) is { } info; await Task.Delay(Look))
            {
                if (info.LastAck < Shortest || info.LastData < Shortest) return true;
                if (Environment.TickCount64 - began > patience.TotalMilliseconds) return false;
            }
            return connection.End is null; // a connection of another kind: nobody can ask
        }
        finally
        {
            if (idle is { } before) KeepAliveTime(connection.Socket, before);
        }
    }

    /// <returns>What it was; null when it can't be set.</returns>
    static int? KeepAliveTime(Socket socket, int seconds)
    {
        try
        {
            var before = (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
            return before;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
