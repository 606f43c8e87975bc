using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Burrow.Core;

namespace Burrow.Carriers.Platform.Linux;

/// <summary>SO_PEERCRED (unix(7)): who was at the other end of a unix socket when it was connected.</summary>
[SupportedOSPlatform("linux")]
static class PeerCredentials
{
    const int SolSocket = 1;
    const int SoPeerCred = 17;

    /// <summary>The other end's effective user; null when the kernel does not say.</summary>
    public static LocalUser? UserOf(Socket socket)
    {
        try
        {
            Span<uint> ucred = stackalloc uint[3]; // pid, uid, gid
            return socket.GetRawSocketOption(SolSocket, SoPeerCred, MemoryMarshal.AsBytes(ucred)) == 12 ? new LocalUser(ucred[1]) : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
