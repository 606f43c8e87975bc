using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>The listeners that the other side asked for in one session. They go with the session, at once.</summary>
sealed class PeerListeners(Session.Session session, string peer, Traffic traffic, Chores chores, TimeProvider time, ILogger logger)
{
    readonly Lock _gate = new();
    readonly Dictionary<uint, ListenerInbound?> _listeners = []; // null: being bound
    bool _closed;

    /// <summary>Binds, and answers the peer. The right to do so was checked before.</summary>
    public void Open(uint id, ListenRequest request)
    {
        lock (_gate)
        {
            if (_closed) return;
            _listeners.Add(id, null);
        }
        chores.Add(() => OpenAsync(id, request));
    }

    public void Close(uint id)
    {
        ListenerInbound? listener;
        lock (_gate)
        {
            if (!_listeners.Remove(id, out listener)) return;
        }
        if (listener is not null) Release(listener);
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
            if (listener is not null) Release(listener);
    }

    async Task OpenAsync(uint id, ListenRequest request)
    {
        var result = await TcpBinder.BindAsync(request.Bind, time, logger);
        if (!result.Succeeded)
        {
            lock (_gate) _listeners.Remove(id);
            TunnelLog.CannotListenForPeer(logger, request.Bind, peer, result.Failure);
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
        TunnelLog.ListeningForPeer(logger, request.Bind, peer, request.Target);
        session.Listening(id, listener.Port);
    }

    // The port is free when this returns; what is left to wait for is the accept loop's own end.
    void Release(ListenerInbound listener)
    {
        var closing = listener.DisposeAsync();
        if (!closing.IsCompleted) chores.Add(closing.AsTask);
    }
}
