namespace Burrow.Session.Liveness;

/// <summary>What is believed of a link.</summary>
enum LinkHealth
{
    Alive,

    /// <summary>An answer is overdue: the dialling side races a second carrier against this one.</summary>
    Suspect,

    /// <summary>Given up.</summary>
    Dead,
}

/// <summary>
/// Decides when to ping and what to believe of a link. Pure: it is told what happened and when, and answers; it has no timer and no socket.
/// </summary>
/// <remarks>
/// Only silence after something that needs an answer counts, and only pings need one: whatever arrives proves the path, and a path that delivers nothing answers no
/// ping. A ping that is wanted counts like one that is out: a path that takes no bytes is as dead as one that loses them. Overdue is counted on the <see cref="AwakeClock"/>; when to ping, on the session's. Guarded by the session's lock.
/// </remarks>
/// <param name="patience">How many times the suspicion's time until the link is dead. Jack is quick, because he can dial; Jenny waits for him.</param>
/// <param name="idlePing">How long nothing may arrive before it is asked for.</param>
/// <param name="now">The session's time.</param>
sealed class LinkLiveness(int patience, TimeSpan idlePing, TimeSpan now)
{
    readonly AwakeClock _clock = new(now);
    readonly RttEstimator _rtt = new();
    TimeSpan _silentSince; // of the awake clock: the later of the last arrival and the ping that is wanted or out
    TimeSpan _receivedAt = now;
    TimeSpan _pingAt = now;
    ulong _token;
    bool _pingOut;
    bool _movedSincePing; // stream bytes were sent of which no ping will tell whether they arrived, or came, and would be missed if they stopped
    bool _pingWanted = true; // the first one measures the round trip before anything depends on it

    public TimeSpan Rtt => _rtt.Smoothed;

    /// <summary>How long an answer may be overdue.</summary>
    public TimeSpan SuspectAfter
    {
        get
        {
            var usual = 4 * (_rtt.Smoothed + _rtt.Variation);
            if (usual < SessionTuning.MinSuspect) return SessionTuning.MinSuspect;
            return usual < SessionTuning.MaxSuspect || 2 * _rtt.Smoothed < SessionTuning.MaxSuspect
                ? TimeSpan.FromTicks(Math.Min(usual.Ticks, SessionTuning.MaxSuspect.Ticks))
                : 2 * _rtt.Smoothed;
        }
    }

    /// <summary>Anything arrived.</summary>
    public void OnReceived(TimeSpan now)
    {
        _clock.Look(now);
        _silentSince = _clock.Now;
        _receivedAt = now;
    }

    /// <summary>Stream bytes were sent: it had better be known soon whether they arrive.</summary>
    public void OnSent(TimeSpan now)
    {
        _movedSincePing = true;
        if (!_pingOut && now - _pingAt >= SessionTuning.BusyPing) Want(now);
    }

    /// <summary>Stream bytes arrived: when they stop, who only receives must ask why as soon as who sends, or a download stands still until the idle ping.</summary>
    public void OnStream() => _movedSincePing = true;

    /// <summary>An answer is wanted soon, if none is under way already.</summary>
    public void Ask(TimeSpan now)
    {
        if (!_pingOut) Want(now);
    }

    /// <summary>Something makes the path doubtful (an address changed, the machine slept): ask at once.</summary>
    public void Doubt(TimeSpan now)
    {
        _pingOut = false;
        Want(now);
    }

    /// <summary>Whether a ping is to be sent; if so it counts as sent, with the returned token.</summary>
    /// <param name="now">The session's time.</param>
    /// <param name="token">To be sent, and to come back.</param>
    /// <param name="beforeStream">Stream bytes go out behind it in the same batch: the pong will measure the path without them, and will not tell whether they arrived.</param>
    public bool TakePing(TimeSpan now, out ulong token, bool beforeStream = false)
    {
        token = 0;
        if (!_pingWanted) return false;
        _clock.Look(now);
        token = ++_token;
        _silentSince = _clock.Now;
        _pingAt = now;
        (_pingWanted, _pingOut, _movedSincePing) = (false, true, beforeStream);
        return true;
    }

    /// <returns>The round trip, when the pong answers the ping that is out.</returns>
    public TimeSpan? OnPong(ulong token, TimeSpan now)
    {
        if (!_pingOut || token != _token) return null;
        _pingOut = false;
        var rtt = now - _pingAt;
        _rtt.Add(rtt);
        return rtt;
    }

    /// <summary>Looks at the clock.</summary>
    public LinkHealth Tick(TimeSpan now)
    {
        _clock.Look(now);
        if (!_pingOut)
        {
            if (PingDueIn(now) <= TimeSpan.Zero) Want(now);
            if (!_pingWanted) return LinkHealth.Alive;
        }
        var silent = _clock.Now - _silentSince;
        if (silent < SuspectAfter) return LinkHealth.Alive;
        return silent < patience * SuspectAfter ? LinkHealth.Suspect : LinkHealth.Dead;
    }

    /// <summary>How long until <see cref="Tick"/> should be called, if nothing else happens.</summary>
    public TimeSpan NextTick(TimeSpan now)
    {
        if (_pingOut || _pingWanted) return AwakeClock.LongestStep / 2;
        var due = PingDueIn(now);
        return due > TimeSpan.Zero ? due : TimeSpan.Zero;
    }

    TimeSpan PingDueIn(TimeSpan now)
    {
        var idle = idlePing - (now - _receivedAt);
        var busy = SessionTuning.BusyPing - (now - _pingAt);
        return _movedSincePing && busy < idle ? busy : idle;
    }

    void Want(TimeSpan now)
    {
        if (_pingWanted) return;
        _clock.Look(now);
        _silentSince = _clock.Now;
        _pingWanted = true;
    }
}
