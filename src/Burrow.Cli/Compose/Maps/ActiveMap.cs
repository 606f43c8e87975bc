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

    public bool IsListening
    {
        get { lock (_gate) return _state == MapState.Listening; }
    }

    public MapStatus Status()
    {
        lock (_gate) return Traffic.Status(Rule.ToString(), _state, _why);
    }
}
