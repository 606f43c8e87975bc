using Burrow.Core;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session;

namespace Burrow.Cli.Compose.Maps;

/// <summary>The listeners that the other side asked for in one session. They go with the session, at once.</summary>
/// <param name="session">Whose they are.</param>
/// <param name="peer">For logs.</param>
/// <param name="traffic">Where what comes by them is counted.</param>
/// <param name="quota">Every listener, those that are being bound included, takes a place in it.</param>
/// <param name="context">What all ends share.</param>
sealed class PeerListeners(Session.Session session, string peer, Traffic traffic, Quota quota, SessionEndContext context)
{
    readonly Lock _gate = new();
    readonly Dictionary<uint, ListenerInbound?> _listeners = []; // null: being bound
    bool _closed;

    /// <summary>Binds, and answers the peer. The right to do so was checked before.</summary>
    public void Open(uint id, ListenRequest request)
    {
        if (!quota.TryEnter())
        {
            if (context.Repeats.IsNews($"{peer} asks for more listeners than it may have")) TunnelLog.TooManyListeners(context.Logger, peer, quota.Most);
            session.NotListening(id, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.Limit, "too many listeners under this credential"));
            return;
        }
        lock (_gate)
        {
            if (!_closed)
            {
                _listeners.Add(id, null);
                context.Chores.Add(() => OpenAsync(id, request));
                return;
            }
        }
        quota.Leave();
    }

    public void Close(uint id)
    {
        ListenerInbound? listener;
        lock (_gate)
        {
            if (!_listeners.Remove(id, out listener)) return;
        }
        quota.Leave();
        if (listener is null) return;
        TunnelLog.NotListeningForPeer(context.Logger, listener.Port, peer);
        Release(listener);
    }

    public void CloseAll()
    {
        List<ListenerInbound?> listeners;
        lock (_gate)
        {
            _closed = true;
            listeners = [.. _listeners.Values];
            _listeners.Clear();
        }
        foreach (var listener in listeners)
        {
            quota.Leave();
            if (listener is not null) Release(listener);
        }
    }

    async Task OpenAsync(uint id, ListenRequest request)
    {
        var result = await TcpBinder.BindAsync(request.Bind, context.Time, context.Logger);
        if (!result.Succeeded)
        {
            bool wasWanted;
            lock (_gate) wasWanted = _listeners.Remove(id);
            if (wasWanted) quota.Leave();
            if (context.Repeats.IsNews($"{peer} asks for addresses that can't be listened on ({result.Failure.Cause})"))
                TunnelLog.CannotListenForPeer(context.Logger, request.Bind, peer, result.Failure);
            session.NotListening(id, result.Failure with { Detail = request.Bind.ToString() });
            return;
        }
        var listener = result.Listener;
        listener.Start(client =>
        {
            var channel = session.Open(new OpenRequest(null, id, client.RemoteEndPoint?.ToString()), client, traffic);
            traffic.Opened(channel);
        });
        bool wanted;
        lock (_gate)
        {
            wanted = _listeners.ContainsKey(id);
            if (wanted) _listeners[id] = listener;
        }
        if (!wanted)
        {
            await listener.DisposeAsync();
            return;
        }
        TunnelLog.ListeningForPeer(context.Logger, request.Bind with { Port = listener.Port }, peer, request.Target);
        session.Listening(id, listener.Port);
    }

    // The port is free when this returns; what is left to wait for is the accept loop's own end.
    void Release(ListenerInbound listener)
    {
        var closing = listener.DisposeAsync();
        if (!closing.IsCompleted) context.Chores.Add(closing.AsTask);
    }
}
