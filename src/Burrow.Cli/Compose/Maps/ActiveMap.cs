using Burrow.Cli.Config;
using Burrow.Cli.Status;
using Burrow.Core;

namespace Burrow.Cli.Compose.Maps;

/// <summary>A map that is in force: its rule, what went through it, and what its listener is doing. Thread-safe.</summary>
sealed class ActiveMap(MapRule rule, AllowList allowed, TimeProvider time)
{
    readonly RateMeter _sendRate = new(time);
    readonly RateMeter _receiveRate = new(time);
    readonly Lock _gate = new();
    MapState _state = MapState.Waiting;
    string? _why;

    public MapRule Rule { get; } = rule;

    /// <summary>The clients that may use it.</summary>
    public AllowList Allowed { get; } = allowed;

    public Traffic Traffic { get; } = new();

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

    public MapStatus Status()
    {
        var (now, total, sent, received) = Traffic.Read();
        lock (_gate) return new MapStatus(Rule.ToString(), _state, _why, now, total, sent, received, _sendRate.Update(sent), _receiveRate.Update(received));
    }
}
