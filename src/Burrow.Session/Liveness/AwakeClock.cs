namespace Burrow.Session.Liveness;

/// <summary>
/// Counts time only while somebody looks. A process that was stopped, a machine that slept or that was too busy to run us finds all its deadlines passed when it
/// goes on, while the peer's answer lies unread in its socket; on this clock no gap is longer than one look.
/// </summary>
sealed class AwakeClock
{
    TimeSpan _last;

    /// <summary>The longest step that one look may add. Whoever waits for a deadline on this clock must look at least this often.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(500);

    public TimeSpan Now { get; private set; }

    public AwakeClock(TimeSpan now) => _last = now;

    public void Look(TimeSpan now)
    {
        var step = now - _last;
        if (step <= TimeSpan.Zero) return;
        _last = now;
        Now += step < LongestStep ? step : LongestStep;
    }
}
