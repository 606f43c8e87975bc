using Burrow.Cli.Status;
using Burrow.Core;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>What a tool's relays have moved, those that run included. Thread-safe.</summary>
sealed class RelayTraffic(TimeProvider time)
{
    readonly HashSet<Relay> _running = [];
    readonly RateMeter _forwardRate = new(time);
    readonly RateMeter _backwardRate = new(time);
    long _total;
    long _forward;
    long _backward;

    public void Began(Relay relay)
    {
        lock (_running)
        {
            _running.Add(relay);
            _total++;
        }
    }

    public void Ended(Relay relay)
    {
        lock (_running)
        {
            if (!_running.Remove(relay)) return;
            _forward += relay.Forward;
            _backward += relay.Backward;
        }
    }

    /// <summary>Ends the relays that run.</summary>
    public void Abort(EndReason reason)
    {
        Relay[] running;
        lock (_running) running = [.. _running];
        foreach (var relay in running) relay.Abort(reason);
    }

    /// <summary>Bytes so far, from clients and to them.</summary>
    public (long Forward, long Backward) Bytes
    {
        get
        {
            lock (_running) return Sum();
        }
    }

    public MapStatus Status(string text)
    {
        lock (_running)
        {
            var (forward, backward) = Sum();
            return new MapStatus(text, MapState.Listening, null, _running.Count, _total, forward, backward, _forwardRate.Update(forward), _backwardRate.Update(backward));
        }
    }

    (long Forward, long Backward) Sum()
    {
        var (forward, backward) = (_forward, _backward);
        foreach (var relay in _running)
        {
            forward += relay.Forward;
            backward += relay.Backward;
        }
        return (forward, backward);
    }
}
