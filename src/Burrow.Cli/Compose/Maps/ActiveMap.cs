using Burrow.Cli.Config;
using Burrow.Cli.Status;
using Burrow.Core;

namespace Burrow.Cli.Compose.Maps;

/// <summary>A map that is in force: its rule, what went through it, and what its listener is doing. Thread-safe.</summary>
sealed class ActiveMap(MapRule rule, AllowList allowed, TimeProvider time)
{
    readonly Lock _gate = new();
    MapState _state = MapState.Waiting;
    string? _why;
    int _port = rule.Listener.Port; // what the system chose, when that is 0

    public MapRule Rule { get; } = rule;

    /// <summary>The clients that may use it.</summary>
    public AllowList Allowed { get; } = allowed;

    public Traffic Traffic { get; } = new(time);

    /// <returns>True when that is news: worth a log line.</returns>
    public bool Became(MapState state, string? why = null)
    {
        lock (_gate)
        {
            if (_state == state && _why == why) return false;
            (_state, _why) = (state, why);
            return true;
        }
    }

    /// <summary>It listens, on that port.</summary>
    /// <returns>True when that is news.</returns>
    public bool Listens(int port)
    {
        lock (_gate)
        {
            _port = port;
            return Became(MapState.Listening);
        }
    }

    /// <summary>Where it listens; 0 while the system is to choose and has not.</summary>
    public int Port
    {
        get { lock (_gate) return _port; }
    }

    public bool IsListening
    {
        get { lock (_gate) return _state == MapState.Listening; }
    }

    public MapStatus Status()
    {
        lock (_gate) return Traffic.Status(Rule.ListeningOn(_port).ToString(), _state, _why);
    }
}
