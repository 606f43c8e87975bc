namespace Burrow.Core.Time;

/// <summary>
/// When something happened, for people to read. Its age is by the steady clock and right whatever was done to the wall clock since; so the date that it is shown with moves when
/// somebody sets that, and stays the same to the tick while nobody does.
/// </summary>
public sealed class Moment(TimeProvider time)
{
    // The two clocks drift apart by seconds in weeks; a clock that was set is off by more.
    static readonly TimeSpan Drift = TimeSpan.FromSeconds(5);

    readonly DateTimeOffset _noted = time.GetUtcNow();

    /// <summary>By the steady clock, to tell which of two was later.</summary>
    public long Timestamp { get; } = time.GetTimestamp();

    /// <summary>How long ago it was.</summary>
    public TimeSpan Age => time.GetElapsedTime(Timestamp);

    /// <summary>When it was, by the wall clock as it is now.</summary>
    public DateTimeOffset Date
    {
        get
        {
            var date = time.GetUtcNow() - Age;
            return (date - _noted).Duration() < Drift ? _noted : date;
        }
    }
}
