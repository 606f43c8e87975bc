using Burrow.Cli.Status;
using Burrow.Core;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>What a tool's relays have moved from clients and to them, those that run included. Thread-safe.</summary>
sealed class RelayTraffic(TimeProvider time) : TrafficSum<Relay>(static relay => (relay.Forward, relay.Backward), time)
{
    /// <summary>Ends the relays that run.</summary>
    public void Abort(EndReason reason)
    {
        foreach (var relay in Open) relay.Abort(reason);
    }

    public MapStatus Status(string text) => Status(text, MapState.Listening, null);
}
