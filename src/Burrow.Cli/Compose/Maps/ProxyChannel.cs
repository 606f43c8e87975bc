using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Session.Mux;

namespace Burrow.Cli.Compose.Maps;

/// <summary>A channel of a dynamic map: what is to be told to its client comes from the channel. Thread-safe.</summary>
sealed class ProxyChannel(ActiveMap map, ProxyClient client)
{
    static readonly EndReason Late = new(EndPhase.Dial, EndSide.Path, EndCause.TimedOut, "no answer from the other side of the tunnel");

    readonly Lock _gate = new();
    (Session.Session Session, Channel Channel)? _owner; // guarded by _gate
    bool _late;

    public ActiveMap Map => map;

    /// <summary>The far side has connected the target.</summary>
    public void Opened() => client.Opened();

    /// <summary>The channel exists.</summary>
    public void Belongs(Session.Session session, Channel channel)
    {
        lock (_gate)
        {
            _owner = (session, channel);
            if (!_late) return;
        }
        session.Reset(channel, Late);
    }

    /// <summary>The client has waited long enough: it is told so, and the channel, if there is one by now, is reset.</summary>
    public void GiveUp()
    {
        if (client.Settled.IsCompleted) return;
        (Session.Session Session, Channel Channel)? owner;
        lock (_gate)
        {
            _late = true;
            owner = _owner;
        }
        if (owner is var (session, channel)) session.Reset(channel, Late);
        else client.Abort(Late);
    }
}
