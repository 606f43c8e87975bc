using System.Diagnostics;
using System.Net;
using System.Text;
using Burrow.Bench.Platform;
using Burrow.Bench.Web;

namespace Burrow.Bench.Load;

/// <summary>One small page after the other by one connection to a proxy, with a pause between them. Reports <c>p50</c> in microseconds: the least that anything by requests can take.</summary>
internal static class PlainRequests
{
    public static int Run(IPEndPoint proxy, IPEndPoint origin, int count, TimeSpan pause)
    {
        var fd = Fd.Connect(proxy);
        var request = Encoding.ASCII.GetBytes($"GET http://{origin}/1 HTTP/1.1\r\nHost: {origin}\r\n\r\n");
        var samples = new double[count];
        for (var i = 0; i < count; i++)
        {
            Thread.Sleep(pause);
            var begun = Stopwatch.GetTimestamp();
            Fd.SendAll(fd, request);
            HttpHead.Skip(fd, out var length);
            Fd.ReceiveAll(fd, new byte[length]);
            samples[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        Array.Sort(samples);
        new LoadResult { ["p50"] = samples[count / 2], ["p99"] = samples[(int)(count * 0.99)] }.ReportAndHold();
        return 0;
    }
}
