using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>Moves so many bytes over one new connection, as a download or an upload does. Reports <c>bytes</c> and <c>seconds</c>, from the request to the last byte's arrival.</summary>
internal static unsafe class Transfer
{
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromSeconds(120);

    public static int Run(IPEndPoint through, IPEndPoint server, bool down, long bytes)
    {
        var chunk = (byte*)NativeMemory.AlignedAlloc(LoadServer.Chunk, 4096);
        NativeMemory.Fill(chunk, LoadServer.Chunk, 0xA5);
        var counter = Fd.Connect(server);
        var sunkBefore = down ? 0 : Throughput.Sunk(counter);
        var fd = Fd.Connect(through);
        var begun = Stopwatch.GetTimestamp();
        Fd.SendAll(fd, [down ? LoadServer.Source : LoadServer.Sink]);
        if (down)
        {
            Receive(fd, chunk, bytes);
        }
        else
        {
            Send(fd, chunk, () => Throughput.Sunk(counter) - sunkBefore >= bytes);
        }

        new LoadResult { ["bytes"] = bytes, ["seconds"] = Stopwatch.GetElapsedTime(begun).TotalSeconds }.ReportAndHold();
        return 0;
    }

    static void Receive(int fd, byte* chunk, long bytes)
    {
        for (long moved = 0; moved < bytes;)
        {
            var count = Libc.Receive(fd, chunk, (int)Math.Min(LoadServer.Chunk, bytes - moved), 0);
            moved += count > 0 ? count : throw Fd.Failed("recv");
        }
    }

    // More is sent than is counted: a tunnel may keep the last bytes until others push them (httptunnel does), and what it keeps has not arrived.
    static void Send(int fd, byte* chunk, Func<bool> hasArrived)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!hasArrived())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new IOException($"the bytes did not arrive within {Patience.TotalSeconds:0} s");
            }

            while (Libc.Send(fd, chunk, LoadServer.Chunk, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT) > 0 && !hasArrived())
            {
            }

            Thread.Sleep(Glance);
        }
    }
}
