using System.Diagnostics;
using System.Net;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Load;

/// <summary>One byte there and back, over one connection, the next when the last has come back. Reports <c>p50</c> and <c>p99</c> in microseconds.</summary>
internal static class RoundTrips
{
    const int Most = 4_000_000;

    public static int Run(IPEndPoint through, double warmUp, double seconds)
    {
        var fd = Fd.Connect(through);
        Fd.SendAll(fd, [LoadServer.Echo]);
        var samples = new long[Most];
        Ping(fd, warmUp, samples);
        var count = Ping(fd, seconds, samples);
        Array.Sort(samples, 0, count);
        var perMicrosecond = Stopwatch.Frequency / 1e6;
        new LoadResult
        {
            ["p50"] = samples[count / 2] / perMicrosecond,
            ["p99"] = samples[(int)(count * 0.99)] / perMicrosecond,
            ["count"] = count,
        }.ReportAndHold();
        return 0;
    }

    static int Ping(int fd, double seconds, long[] samples)
    {
        Span<byte> one = [0x21];
        var now = Stopwatch.GetTimestamp();
        var end = now + (long)(seconds * Stopwatch.Frequency);
        var count = 0;
        while (now < end && count < samples.Length)
        {
            Fd.SendAll(fd, one);
            Fd.ReceiveAll(fd, one);
            var then = now;
            now = Stopwatch.GetTimestamp();
            samples[count++] = now - then;
        }

        return count;
    }
}
