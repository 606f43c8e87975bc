using Burrow.Core;

namespace Burrow.Session.Link;

/// <summary>
/// The one timer of a link: it fires when the session wants to look at the clock. Moved only to an earlier time; a deadline that went away costs one look for nothing instead of a
/// timer call for each packet.
/// </summary>
sealed class LinkTimer : IAsyncDisposable
{
    readonly Session _session;
    readonly LinkState _link;
    readonly Connection _carrier;
    readonly LinkRunner _runner;
    readonly ITimer _timer;
    readonly Lock _gate = new();
    TimeSpan _due = TimeSpan.MaxValue; // guarded by _gate

    public LinkTimer(Session session, LinkState link, Connection carrier, LinkRunner runner, TimeProvider time)
    {
        (_session, _link, _carrier, _runner) = (session, link, carrier, runner);
        _timer = time.CreateTimer(static state => ((LinkTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Update();
    }

    /// <summary>Something happened: the session may want to look earlier than it is going to.</summary>
    public void Update()
    {
        var now = _runner.Now;
        var wait = _session.NextTick(_link, now);
        lock (_gate)
        {
            if (now + wait >= _due) return;
            _due = now + wait;
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    void Fire()
    {
        lock (_gate) _due = TimeSpan.MaxValue;
        if (_session.Tick(_link, _runner.Now) is { } dead)
        {
            _carrier.Abort(dead);
            return;
        }
        Update();
    }
}
