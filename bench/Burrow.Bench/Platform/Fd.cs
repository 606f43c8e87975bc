using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Burrow.Bench.Platform;

/// <summary>IPv4 TCP sockets as bare descriptors. Every call throws <see cref="IOException"/> with the call's name and errno, unless it says otherwise.</summary>
internal static unsafe class Fd
{
    // Each source address has its own 28,000 ports, and those in TIME_WAIT stay away for a minute.
    const int SourceAddresses = 32;

    static int _nextSource;

    public static int Check(int result, string call) => result >= 0 ? result : throw Failed(call);

    public static IOException Failed(string call) => new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    public static int Listen(IPEndPoint address)
    {
        var fd = Check(Libc.Socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0), "socket");
        SetFlag(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR);
        var native = Native(address);
        Check(Libc.Bind(fd, &native, (uint)sizeof(SocketAddress)), "bind");
        Check(Libc.Listen(fd, 4096), "listen");
        return fd;
    }

    /// <summary>Connects, waiting at most 20 s for that and for any later blocking send or receive.</summary>
    public static int Connect(IPEndPoint address)
    {
        var fd = FromNextSource(0);
        var patience = stackalloc long[] { 20, 0 };
        Check(Libc.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, patience, 16), "setsockopt");
        Check(Libc.SetOption(fd, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, patience, 16), "setsockopt");
        var native = Native(address);
        Check(Libc.Connect(fd, &native, (uint)sizeof(SocketAddress)), "connect");
        return fd;
    }

    /// <summary>Starts to connect; the descriptor becomes writable when that has ended.</summary>
    public static int BeginConnect(IPEndPoint address)
    {
        var fd = FromNextSource(Libc.SOCK_NONBLOCK);
        var native = Native(address);
        if (Libc.Connect(fd, &native, (uint)sizeof(SocketAddress)) < 0 && Marshal.GetLastPInvokeError() != Libc.EINPROGRESS)
        {
            throw Failed("connect");
        }

        return fd;
    }

    /// <summary>The next waiting connection, not blocking, or -1.</summary>
    public static int Accept(int listener)
    {
        var fd = Libc.Accept(listener, 0, 0, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        if (fd >= 0)
        {
            SetFlag(fd, Libc.IPPROTO_TCP, Libc.TCP_NODELAY);
        }

        return fd;
    }

    /// <summary>Sends all of <paramref name="data"/> on a blocking descriptor.</summary>
    public static void SendAll(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            if (Libc.Send(fd, start, data.Length, Libc.MSG_NOSIGNAL) != data.Length)
            {
                throw Failed("send");
            }
        }
    }

    /// <summary>Fills <paramref name="data"/> from a blocking descriptor.</summary>
    public static void ReceiveAll(int fd, Span<byte> data)
    {
        fixed (byte* start = data)
        {
            for (var have = 0; have < data.Length;)
            {
                var count = (int)Libc.Receive(fd, start + have, data.Length - have, 0);
                if (count <= 0)
                {
                    throw count == 0 ? new IOException("recv: end of stream") : Failed("recv");
                }

                have += count;
            }
        }
    }

    public static bool LastWouldBlock => Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EINTR;

    static int FromNextSource(int flags)
    {
        var fd = Check(Libc.Socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC | flags, 0), "socket");
        SetFlag(fd, Libc.IPPROTO_TCP, Libc.TCP_NODELAY);
        SetFlag(fd, Libc.IPPROTO_IP, Libc.IP_BIND_ADDRESS_NO_PORT);
        _nextSource = (_nextSource + 1) % SourceAddresses;
        var source = Native(new IPEndPoint(0x0100007F + ((long)_nextSource << 24), 0));
        Check(Libc.Bind(fd, &source, (uint)sizeof(SocketAddress)), "bind");
        return fd;
    }

    static void SetFlag(int fd, int level, int name)
    {
        var one = 1;
        Check(Libc.SetOption(fd, level, name, &one, sizeof(int)), "setsockopt");
    }

    static SocketAddress Native(IPEndPoint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (!address.Address.TryWriteBytes(bytes, out var length) || length != 4)
        {
            throw new IOException($"{address} is not an IPv4 address");
        }

        return new SocketAddress
        {
            Family = Libc.AF_INET,
            Port = BinaryPrimitives.ReverseEndianness((ushort)address.Port),
            Address = BitConverter.ToUInt32(bytes),
        };
    }
}
