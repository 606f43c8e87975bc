using Burrow.Cli.Status;
using Burrow.Core.Time;

namespace Burrow.Cli.Compose;

/// <summary>The carriers that a session had: for its log lines and its status. Thread-safe.</summary>
sealed class CarrierHistory(TimeProvider time)
{
    readonly Lock _gate = new();
    (string Kind, string? Remote, Moment Since)? _current;
    long _lostAt;
    int _count;
    long _replayed;

    /// <summary>A carrier is up.</summary>
    /// <returns>How long there was none; null for the first.</returns>
    public TimeSpan? Attached(string kind, string? remote, ulong replayed)
    {
        lock (_gate)
        {
            TimeSpan? away = _count > 0 ? (_current is null ? time.GetElapsedTime(_lostAt) : TimeSpan.Zero) : null;
            _count++;
            _replayed += (long)replayed;
            _current = (kind, remote, new Moment(time));
            return away;
        }
    }

    /// <summary>How many there have been: the number of the one that is up.</summary>
    public int Turn
    {
        get { lock (_gate) return _count; }
    }

    /// <summary>A carrier is gone.</summary>
    /// <returns>How long it was up; null when another has taken its place already.</returns>
    public TimeSpan? Lost(int turn)
    {
        lock (_gate)
        {
            if (turn != _count || _current is not { } current) return null;
            _current = null;
            _lostAt = time.GetTimestamp();
            return current.Since.Age;
        }
    }

    /// <summary>For how long there has been no carrier, counted from that moment at the earliest; null while there is one.</summary>
    public TimeSpan? AwayFor(long since)
    {
        lock (_gate) return _current is null ? time.GetElapsedTime(Math.Max(_lostAt, since)) : null;
    }

    public (CarrierStatus? Current, int Reconnects, long Replayed) Read()
    {
        lock (_gate) return (_current is { } now ? new CarrierStatus(now.Kind, now.Since.Date, now.Remote) : null, Math.Max(0, _count - 1), _replayed);
    }
}
