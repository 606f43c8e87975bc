namespace Burrow.Core;

/// <summary>How long to wait before the next attempt: grows by a factor from a least to a greatest, with jitter so that many who failed together don't come back together.</summary>
/// <param name="min">The first wait.</param>
/// <param name="max">The longest.</param>
/// <param name="factor">From one wait to the next; at least 1.</param>
/// <param name="jitter">0 to 1: which part of each wait is random. A wait is never longer than without jitter.</param>
/// <remarks>Pure: no clock, no timer. Not thread-safe.</remarks>
public sealed class Backoff(TimeSpan min, TimeSpan max, double factor = 2, double jitter = 0.25)
{
    int _attempts;

    /// <summary>How many waits were asked for since the last <see cref="Reset"/>.</summary>
    public int Attempts => _attempts;

    /// <summary>The next wait.</summary>
    public TimeSpan Next(Random random)
    {
        var full = Math.Min(max.TotalSeconds, min.TotalSeconds * Math.Pow(factor, _attempts));
        if (_attempts < int.MaxValue) _attempts++;
        return TimeSpan.FromSeconds(full * (1 - (jitter * random.NextDouble())));
    }

    /// <summary>After a success, or when something changed that makes a success likely: begin at the least again.</summary>
    public void Reset() => _attempts = 0;
}
