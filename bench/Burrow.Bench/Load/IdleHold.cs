using System.Diagnostics;
using System.Net;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>Opens connections, proves each with one byte there and back, and holds them idle. Reports <c>held</c>, and the <c>seconds</c> that it took.</summary>
internal static class IdleHold
{
    const int AtOnce = 64;

    /// <summary>Opens at most <paramref name="wanted"/>, and no more once <paramref name="seconds"/> have passed or one has failed.</summary>
    public static int Run(IPEndPoint through, int wanted, double seconds)
    {
        var begun = Stopwatch.GetTimestamp();
        var held = 0;
        try
        {
            while (held < wanted && Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds)
            {
                held += OpenBatch(through, Math.Min(AtOnce, wanted - held));
            }
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"after {held} connections: {e.Message}");
        }

        new LoadResult { ["held"] = held, ["seconds"] = Stopwatch.GetElapsedTime(begun).TotalSeconds }.ReportAndHold();
        return 0;
    }

    static int OpenBatch(IPEndPoint through, int size)
    {
        var fds = new int[size];
        for (var i = 0; i < size; i++)
        {
            fds[i] = Fd.Connect(through);
            Fd.SendAll(fds[i], [LoadServer.Echo, 0x21]);
        }

        var answer = new byte[1];
        foreach (var fd in fds)
        {
            Fd.ReceiveAll(fd, answer);
        }

        return size;
    }
}
