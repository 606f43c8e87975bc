using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>Moves bytes over a number of streams for a while. Reports <c>bytes</c> and <c>seconds</c> of the window after the warm-up, <c>total</c> bytes, <c>dead</c> streams.</summary>
/// <remarks>Bytes count where they arrive: here when they come down, at the server when they go up.</remarks>
internal static unsafe class Throughput
{
    public static int Run(IPEndPoint through, IPEndPoint server, bool down, int streams, double warmUp, double seconds)
    {
        var chunk = (byte*)NativeMemory.AlignedAlloc(LoadServer.Chunk, 4096);
        NativeMemory.Fill(chunk, LoadServer.Chunk, 0xA5);
        using var poller = new Poller();
        var counter = Fd.Connect(server);
        var atStart = down ? 0 : Sunk(counter);
        var fds = new int[streams];
        for (var i = 0; i < streams; i++)
        {
            fds[i] = Fd.Connect(through);
            Fd.SendAll(fds[i], [down ? LoadServer.Source : LoadServer.Sink]);
            poller.Add(fds[i], down ? Libc.EPOLLIN : Libc.EPOLLOUT, i);
        }

        long moved = 0;
        var dead = 0;
        Pump(poller, fds, chunk, down, warmUp, ref moved, ref dead);
        var before = down ? moved : Sunk(counter);
        var begun = Stopwatch.GetTimestamp();
        Pump(poller, fds, chunk, down, seconds, ref moved, ref dead);
        var after = down ? moved : Sunk(counter);
        var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        new LoadResult { ["bytes"] = after - before, ["seconds"] = took, ["total"] = after - atStart, ["dead"] = dead }.ReportAndHold();
        return 0;
    }

    static void Pump(Poller poller, int[] fds, byte* chunk, bool down, double seconds, ref long moved, ref int dead)
    {
        var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        for (long left; (left = end - Stopwatch.GetTimestamp()) > 0 && dead < fds.Length;)
        {
            var ready = poller.Wait((int)(left * 1000 / Stopwatch.Frequency) + 1);
            for (var i = 0; i < ready; i++)
            {
                var token = poller[i].Token;
                var count = down
                    ? Libc.Receive(fds[token], chunk, LoadServer.Chunk, Libc.MSG_DONTWAIT)
                    : Libc.Send(fds[token], chunk, LoadServer.Chunk, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
                if (count > 0)
                {
                    moved += count;
                }
                else if (count == 0 || !Fd.LastWouldBlock)
                {
                    _ = Libc.Close(fds[token]);
                    dead++;
                }
            }
        }
    }

    /// <summary>What all sinks of the server have received, asked on a connection of one's own.</summary>
    public static long Sunk(int counter)
    {
        long total = 0;
        Fd.SendAll(counter, [LoadServer.Total]);
        Fd.ReceiveAll(counter, new Span<byte>(&total, sizeof(long)));
        return total;
    }
}
