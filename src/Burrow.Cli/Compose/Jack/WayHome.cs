using Burrow.Core;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Brings sessions that go by a lesser way back to a better one when that works. Thread-safe.</summary>
sealed class WayHome(TimeProvider time)
{
    readonly Lock _gate = new();
    readonly HomePolicy _policy = new(); // guarded by _gate
    bool _moving; // to a better way: the carrier that gives place is not lost; guarded by _gate

    TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>The network is another one.</summary>
    public void Reset()
    {
        lock (_gate) _policy.Reset();
    }

    /// <summary>A carrier is up.</summary>
    public void Attached()
    {
        lock (_gate) _moving = false;
    }

    /// <summary>A carrier ended.</summary>
    /// <returns>False when it only gave place to one of a better way.</returns>
    public bool IsLoss(EndReason reason)
    {
        lock (_gate)
        {
            if (_moving && reason.Cause == EndCause.Superseded) return false;
            _policy.Lost(Now);
            return true;
        }
    }

    /// <summary>As long as nothing happens to the carrier, tries the ways that are better than its own.</summary>
    /// <param name="session">The session that goes by it.</param>
    /// <param name="attach">The session's.</param>
    /// <param name="way">The carrier's.</param>
    /// <param name="happened">Something happened to the carrier.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>A carrier of such a way, attached; null when something happened.</returns>
    public async Task<AttachedCarrier?> LookAsync(Session.Session session, SessionAttach attach, int way, Task happened, CancellationToken stop)
    {
        if (way == 0)
        {
            await happened;
            return null;
        }
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var looking = LookAsync(session, attach, way, over.Token);
        await Task.WhenAny(looking, happened);
        await over.CancelAsync();
        if (await looking is not { } better) return null;
        lock (_gate) _policy.Came(Now);
        return better;
    }

    async Task<AttachedCarrier?> LookAsync(Session.Session session, SessionAttach attach, int way, CancellationToken stop)
    {
        var epoch = new NextEpoch(session);
        while (true)
        {
            TimeSpan pause;
            lock (_gate) pause = _policy.Pause;
            await Task.Delay(pause, time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (stop.IsCancellationRequested || session.Ended is not null) return null;
            lock (_gate) _moving = true;
            if (await attach.TryBetterAsync(epoch, way, stop) is { } better) return better;
            lock (_gate)
            {
                _moving = false;
                _policy.Failed();
            }
        }
    }
}
