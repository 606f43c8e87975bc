namespace Burrow.Session;

/// <summary>What a session says of itself.</summary>
public sealed partial class Session
{
    /// <summary>A consistent view for status and tests. Any thread.</summary>
    public SessionSnapshot Snapshot()
    {
        lock (_gate)
        {
            long queued = 0;
            foreach (var channel in _channels.Values) queued += (channel.Queue?.Length ?? 0) + (channel.Port?.Held ?? 0);
            foreach (var channel in _uncommitted) queued += channel.Port?.Held ?? 0;
            return new SessionSnapshot(
                _link is { Superseded: false },
                _link?.Since ?? TimeSpan.Zero,
                _link?.Liveness.Rtt ?? TimeSpan.Zero,
                _channels.Count + _uncommitted.Count,
                _log.Committed,
                _received,
                (long)_log.Unacked,
                queued,
                _link?.Rate.Rate ?? 0);
        }
    }
}
