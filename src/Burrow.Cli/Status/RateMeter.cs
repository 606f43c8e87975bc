namespace Burrow.Cli.Status;

/// <summary>
/// Bytes per second of a counter that only grows, smoothed over the last seconds. Costs nothing on the data path: the counter is read every few seconds (<see cref="StatusServer"/>) and when
/// somebody asks. Not thread-safe.
/// </summary>
internal sealed class RateMeter(TimeProvider time)
{
    /// <summary>After this many seconds, a change has shown by two thirds.</summary>
    const double Smoothing = 3;

    /// <summary>Questions that come faster than this share an answer: over so short a time a rate is noise.</summary>
    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    long _at = time.GetTimestamp();
    long _total;
    double _rate;

    /// <summary>The rate, given the counter's value now.</summary>
    public double Update(long total)
    {
        var now = time.GetTimestamp();
        var elapsed = time.GetElapsedTime(_at, now);
        if (elapsed < Shortest) return _rate;
        var latest = (total - _total) / elapsed.TotalSeconds;
        _rate += (latest - _rate) * (1 - Math.Exp(-elapsed.TotalSeconds / Smoothing));
        if (_rate < 1) _rate = 0;
        (_at, _total) = (now, total);
        return _rate;
    }
}
