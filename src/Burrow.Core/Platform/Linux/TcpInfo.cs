using System.Net.Sockets;
using System.Runtime.Versioning;

namespace Burrow.Core.Platform.Linux;

/// <summary>What the kernel tells of a TCP connection: struct tcp_info of linux/tcp.h, whose beginning has not changed since it exists.</summary>
/// <param name="Probes">Probes that went unanswered: of a window that is closed, of an idle connection, or of one whose packets our own side can't send.</param>
/// <param name="Unacked">Packets that were sent and not confirmed.</param>
/// <param name="LastAck">How long ago the peer's system last confirmed anything, a probe included.</param>
/// <param name="LastData">How long ago it last sent data.</param>
[SupportedOSPlatform("linux")]
readonly record struct TcpInfo(int Probes, uint Unacked, TimeSpan LastAck, TimeSpan LastData)
{
    const int Option = 11;
    const int ProbesAt = 3, UnackedAt = 24, LastDataAt = 52, LastAckAt = 56, Needed = 60;

    /// <returns>Null when it is no TCP connection, or none any more.</returns>
    public static TcpInfo? Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[Needed];
        try
        {
            if (socket.GetRawSocketOption(LinuxSocketOptions.IpprotoTcp, Option, info) < Needed) return null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
        return new TcpInfo(info[ProbesAt], Word(info, UnackedAt), TimeSpan.FromMilliseconds(Word(info, LastAckAt)), TimeSpan.FromMilliseconds(Word(info, LastDataAt)));
    }

    static uint Word(ReadOnlySpan<byte> info, int at) => BitConverter.ToUInt32(info[at..]);
}
