using Burrow.Core;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Turns counters into what a person wants to see of them. Pure but for its clock; not thread-safe.</summary>
sealed class Throughput(TimeProvider time)
{
    readonly long _began = time.GetTimestamp();
    long _at = time.GetTimestamp();
    long _forward;
    long _backward;

    /// <summary><c>1.5 MiB/s now, 1.2 MiB/s mean, 30.1 MiB</c>.</summary>
    public string OneWay(long total)
    {
        var (rate, _) = Rates(total, 0);
        return $"{Rate(rate)} now, {Rate(Mean(total))} mean, {ByteSize.Format(total)}";
    }

    /// <summary><c>in 1.5 MiB/s out 12.0 KiB/s</c>; in is what comes from clients. Null when nothing has moved since the last time.</summary>
    public string? BothWays(long forward, long backward)
    {
        if (forward == _forward && backward == _backward) return null;
        var (there, back) = Rates(forward, backward);
        return $"in {Rate(there)} out {Rate(back)}";
    }

    /// <summary>The whole: <c>in 1.5 GiB out 12.0 MiB</c>.</summary>
    public static string Totals(long forward, long backward) => $"in {ByteSize.Format(forward)} out {ByteSize.Format(backward)}";

    double Mean(long total) => total / Math.Max(0.001, time.GetElapsedTime(_began).TotalSeconds);

    (double Forward, double Backward) Rates(long forward, long backward)
    {
        var now = time.GetTimestamp();
        var seconds = Math.Max(0.001, time.GetElapsedTime(_at, now).TotalSeconds);
        var rates = ((forward - _forward) / seconds, (backward - _backward) / seconds);
        (_at, _forward, _backward) = (now, forward, backward);
        return rates;
    }

    static string Rate(double bytes) => ByteSize.Format((long)Math.Round(bytes)) + "/s";
}
