using System.Diagnostics;
using System.Net;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>One byte there and back over a connection on which nothing happened for a while, again and again. Reports <c>p50</c> and <c>p99</c> in microseconds.</summary>
internal static class IdleEchoes
{
    public static int Run(IPEndPoint through, int count, TimeSpan pause)
    {
        var fd = Fd.Connect(through);
        Fd.SendAll(fd, [LoadServer.Echo]);
        Span<byte> one = [0x21];
        var samples = new double[count];
        for (var i = 0; i < count; i++)
        {
            Thread.Sleep(pause);
            var begun = Stopwatch.GetTimestamp();
            Fd.SendAll(fd, one);
            Fd.ReceiveAll(fd, one);
            samples[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        Array.Sort(samples);
        new LoadResult { ["p50"] = samples[count / 2], ["p99"] = samples[(int)(count * 0.99)] }.ReportAndHold();
        return 0;
    }
}
