using System.Net.Sockets;

namespace Burrow.Core.Platform.Linux;

/// <summary>errno of socket calls that the runtime does not make for us (asm-generic/errno.h; the same on x64 and arm64).</summary>
internal static class LinuxErrors
{
    public static SocketError ToSocketError(int errno) => errno switch
    {
        32 => SocketError.Shutdown, // EPIPE
        101 => SocketError.NetworkUnreachable,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        105 => SocketError.NoBufferSpaceAvailable,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };
}
