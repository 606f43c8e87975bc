namespace Burrow.Core.Platform.Linux;

/// <summary>Numbers of socket options as Linux has them (asm-generic/socket.h, linux/tcp.h; the same on x64 and arm64).</summary>
internal static class LinuxSocketOptions
{
    public const int SolSocket = 1;
    public const int SoReuseAddr = 2;

    public const int IpprotoIp = 0;
    public const int IpBindAddressNoPort = 24; // also for IPv6 sockets

    public const int IpprotoTcp = 6;
    public const int TcpNotSentLowat = 25;
}
