using System.Net;
using System.Runtime.InteropServices;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>What the tunnels lead to. The first byte of a connection says what it wants.</summary>
/// <remarks>One thread, one epoll set: with as few switches as possible it costs the least of the cores that it shares with the tunnel.</remarks>
internal static unsafe class LoadServer
{
    /// <summary>Bytes without end.</summary>
    public const byte Source = (byte)'D';

    /// <summary>Everything is thrown away, and counted.</summary>
    public const byte Sink = (byte)'U';

    /// <summary>Everything comes back.</summary>
    public const byte Echo = (byte)'E';

    /// <summary>One answer of 8 bytes, little-endian: what all sinks have received so far. Asked past the tunnel, so that what its buffers hold isn't counted.</summary>
    public const byte Total = (byte)'T';

    /// <summary>As large as a socket's buffer takes at once, small enough for a second-level cache.</summary>
    public const int Chunk = 256 * 1024;

    const int Listener = -1;

    /// <summary>Serves until the process is ended.</summary>
    public static int Run(IPEndPoint address)
    {
        var kinds = new byte[1 << 20];
        var chunk = (byte*)NativeMemory.AlignedAlloc(Chunk, 4096);
        NativeMemory.Fill(chunk, Chunk, 0x5A);
        using var poller = new Poller();
        var listener = Fd.Listen(address);
        poller.Add(listener, Libc.EPOLLIN, Listener);
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        long sunk = 0;
        while (true)
        {
            var ready = poller.Wait(-1);
            for (var i = 0; i < ready; i++)
            {
                var fd = poller[i].Token;
                if (fd == Listener)
                {
                    Admit(poller, listener, kinds);
                }
                else if (!Serve(poller, fd, kinds, chunk, ref sunk) && !Fd.LastWouldBlock)
                {
                    _ = Libc.Close(fd);
                }
            }
        }
    }

    static void Admit(Poller poller, int listener, byte[] kinds)
    {
        for (int fd; (fd = Fd.Accept(listener)) >= 0;)
        {
            kinds[fd] = 0;
            poller.Add(fd, Libc.EPOLLIN, fd);
        }
    }

    // False: nothing moved; errno says whether to wait or to close, and is 0 at the end of the stream.
    static bool Serve(Poller poller, int fd, byte[] kinds, byte* chunk, ref long sunk)
    {
        if (kinds[fd] == 0)
        {
            if (!Receive(fd, chunk, 1, out _))
            {
                return false;
            }

            kinds[fd] = *chunk;
            if (kinds[fd] == Source)
            {
                poller.Modify(fd, Libc.EPOLLOUT, fd);
            }
        }

        switch (kinds[fd])
        {
            case Source:
                return Libc.Send(fd, chunk, Chunk, Libc.MSG_NOSIGNAL) > 0;
            case Sink:
                var moved = Receive(fd, chunk, Chunk, out var count);
                sunk += count;
                return moved;
            case Echo:
                // Echoes carry single bytes: a socket that can't take one has been left alone by its client, and is closed.
                return Receive(fd, chunk, 4096, out var heard) && Libc.Send(fd, chunk, heard, Libc.MSG_NOSIGNAL) == heard;
            case Total:
                var total = sunk;
                return Libc.Send(fd, (byte*)&total, sizeof(long), Libc.MSG_NOSIGNAL) == sizeof(long) && Receive(fd, chunk, 1, out _);
            default:
                Marshal.SetLastPInvokeError(0);
                return false;
        }
    }

    static bool Receive(int fd, byte* into, int room, out int count)
    {
        var result = (int)Libc.Receive(fd, into, room, 0);
        count = Math.Max(result, 0);
        if (result == 0)
        {
            Marshal.SetLastPInvokeError(0);
        }

        return result > 0;
    }
}
