using System.Net;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>
/// This side's end of one session: answers what the other side asks for, within its authority, and asks for the listeners that our own maps want over there.
/// </summary>
/// <remarks>Called by the session on its own threads; whatever takes time (resolving, dialling, binding) is a chore.</remarks>
sealed class SessionEnd : ISessionHandler
{
    // Longer than a patient user waits, shorter than the kernel's two minutes.
    static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(30);

    readonly SessionEndContext _context;
    readonly Authority _authority;
    readonly Quotas _quotas;
    readonly string _peer;
    readonly Lock _gate = new();
    readonly Dictionary<uint, RemoteAsk> _asks = []; // that were sent; guarded by _gate
    readonly HashSet<ActiveMap> _asking = []; // maps that want a listener over there, those between two attempts included; guarded by _gate
    readonly HashSet<Channel> _open = []; // for the log; guarded by itself
    readonly CancellationTokenSource _stop = new();
    PeerListeners? _listeners;
    Session.Session? _session;

    public SessionEnd(SessionEndContext context, Authority authority, Quotas quotas, string peer)
    {
        (_context, _authority, _quotas, _peer) = (context, authority, quotas, peer);
        Traffic = new Traffic(context.Time);
    }

    /// <summary>What the other side opened here that belongs to none of our maps.</summary>
    public Traffic Traffic { get; }

    public Action? Suspect { get; set; }

    public Action? Recovered { get; set; }

    public Action<EndReason>? Ended { get; set; }

    ILogger Logger => _context.Logger;

    /// <summary>Belongs to that session from now on. Called once, before the session is attached.</summary>
    public void Bind(Session.Session session)
    {
        _session = session;
        _listeners = new PeerListeners(session, _peer, Traffic, _quotas.Listeners, _context);
    }

    /// <summary>Asks the other side to listen for a map of ours.</summary>
    public void Ask(ActiveMap map)
    {
        lock (_gate)
        {
            if (_session!.Ended is null && _asking.Add(map)) Ask(new RemoteAsk(map));
        }
    }

    /// <summary>The other side need not listen for that map any more. Channels that come for it meanwhile are refused.</summary>
    public void Withdraw(ActiveMap map)
    {
        lock (_gate)
        {
            _asking.Remove(map);
            foreach (var id in _asks.Where(known => known.Value.Map == map).Select(known => known.Key).ToList())
            {
                _asks.Remove(id);
                _session!.Unlisten(id);
            }
        }
    }

    public void OnOpen(Session.Session session, Channel channel)
    {
        if (!_quotas.Channels.TryEnter())
        {
            if (_context.Repeats.IsNews($"{_peer} opens more channels than it may have")) TunnelLog.TooManyChannels(Logger, _peer, _quotas.Channels.Most);
            session.Refuse(channel, new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Limit, "too many channels under this credential"));
            return;
        }
        var asked = new PeerChannel(Traffic, _quotas.Channels, _stop.Token);
        channel.Tag = asked;
        if (channel.IsOver) asked.ChannelEnded(); // before anybody could see the tag
        _context.Chores.Add(() => AnswerAsync(session, channel, asked));
    }

    public void OnOpened(Session.Session session, Channel channel)
    {
        if (channel.Tag is ProxyChannel proxied) proxied.Opened();
        NoteOpen(channel);
    }

    void NoteOpen(Channel channel)
    {
        int open;
        lock (_open)
        {
            if (channel.IsOver) return; // it was quicker, and nobody will tell us again
            _open.Add(channel);
            open = _open.Count;
        }
        TunnelLog.ChannelOpened(Logger, _peer, channel.Request.Source, channel.Request.Target, open);
    }

    public void OnChannelEnded(Session.Session session, Channel channel)
    {
        switch (channel.Tag)
        {
            case ActiveMap map:
                map.Traffic.Ended(channel);
                if (channel is { IsOpener: true, End: { } reason } && (reason.Phase is EndPhase.Dial or EndPhase.Resolve || reason.Cause == EndCause.Denied)
                    && _context.Repeats.IsNews($"map {map.Rule}: the other side could not connect ({reason.Cause})"))
                    TunnelLog.TargetFailed(Logger, map.Rule.ToString(), reason);
                break;
            case ProxyChannel proxied:
                // Its client hears why; a page full of dead links is no news for the log.
                proxied.Map.Traffic.Ended(channel);
                break;
            case Traffic traffic:
                traffic.Ended(channel);
                break;
            case PeerChannel asked:
                asked.Traffic.Ended(channel);
                asked.ChannelEnded();
                break;
        }
        int open;
        lock (_open)
        {
            _open.Remove(channel);
            open = _open.Count;
        }
        TunnelLog.ChannelEnded(Logger, _peer, channel.Request.Source, channel.Request.Target, channel.End ?? EndReason.Completed, open);
    }

    public void OnListen(Session.Session session, uint id, ListenRequest request)
    {
        if (_authority.OwnMaps && _context.Maps.OwnListener(session.Mode, request) is { } own)
        {
            // The same map stands in both configurations: one listener is enough.
            if (own.IsListening) session.Listening(id, own.Port);
            else session.NotListening(id, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.AddressInUse, request.Bind.ToString()));
            return;
        }
        if (!_authority.MayListen(request.Bind))
        {
            if (_context.Repeats.IsNews($"{_peer} asks for listeners that are not permitted")) TunnelLog.ListenDenied(Logger, request.Bind, _peer);
            session.NotListening(id, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.Denied, request.Bind.ToString()));
            return;
        }
        _listeners!.Open(id, request);
    }

    public void OnUnlisten(Session.Session session, uint id) => _listeners!.Close(id);

    public void OnListening(Session.Session session, uint id, int port)
    {
        RemoteAsk? ask;
        lock (_gate) _asks.TryGetValue(id, out ask);
        if (ask is not null && ask.Map.Listens(port)) TunnelLog.PeerListens(Logger, ask.Map.Rule.ToString(), _peer, port);
    }

    public void OnNotListening(Session.Session session, uint id, EndReason reason)
    {
        RemoteAsk? ask;
        lock (_gate)
        {
            if (!_asks.Remove(id, out ask)) return;
        }
        var denied = reason.Cause == EndCause.Denied;
        if (ask.Map.Became(denied ? MapState.Refused : MapState.Retrying, reason.ToString())) TunnelLog.PeerDoesNotListen(Logger, ask.Map.Rule.ToString(), _peer, reason);
        if (!denied) _context.Chores.Add(() => AskAgainAsync(ask));
    }

    public void OnSuspect(Session.Session session) => Suspect?.Invoke();

    public void OnRecovered(Session.Session session) => Recovered?.Invoke();

    public void OnEnded(Session.Session session, EndReason reason)
    {
        _listeners!.CloseAll();
        _stop.Cancel();
        lock (_gate)
        {
            foreach (var ask in _asks.Values) ask.Map.Became(MapState.Waiting);
            _asks.Clear();
            _asking.Clear();
        }
        Ended?.Invoke(reason);
    }

    /// <summary>Somebody on the other side wants a channel: for a listener that we asked for, or for a target.</summary>
    async Task AnswerAsync(Session.Session session, Channel channel, PeerChannel asked)
    {
        await Task.Yield(); // the carrier's reader, who called, has other channels to serve
        EndReason? refusal = new(EndPhase.Dial, EndSide.Local, EndCause.Failed);
        try
        {
            refusal = await DialAsync(session, channel, asked);
        }
        finally
        {
            if (refusal is not null) session.Refuse(channel, refusal);
            asked.Answered();
        }
    }

    /// <returns>Null when the channel was accepted.</returns>
    async ValueTask<EndReason?> DialAsync(Session.Session session, Channel channel, PeerChannel asked)
    {
        var (target, map, refusal) = await JudgeAsync(session, channel.Request);
        if (refusal is not null)
        {
            if (map is not null)
            {
                if (_context.Repeats.IsNews($"map {map.Rule}: clients of {_peer} that are not allowed")) TunnelLog.ClientNotAllowed(Logger, map.Rule.ToString(), channel.Request.Source);
            }
            else if (_context.Repeats.IsNews($"{_peer} asks for what it is refused ({refusal.Cause})")) TunnelLog.OpenDenied(Logger, _peer, channel.Request.Target, channel.Request.Source, refusal);
            return refusal;
        }
        if (map is not null) asked.Traffic = map.Traffic;
        asked.Traffic.Opened(channel);
        Func<IPAddress, bool>? permit = map is null ? address => _authority.MayDialAddress(target!, address) : null;
        var result = await _context.Outbound.DialAsync(target!, DialTimeout, permit, asked.Wanted);
        if (result.Succeeded)
        {
            NoteOpen(channel);
            session.Accept(channel, result.Connection);
            return null;
        }
        if (result.Failure.Cause != EndCause.Stopped && _context.Repeats.IsNews($"{_peer}: targets that could not be reached ({result.Failure.Cause})")) TunnelLog.DialFailed(Logger, target!, channel.Request.Source, result.Failure);
        return result.Failure;
    }

    /// <returns>What to dial, or why not; with the map, if the client found one that is not open to it, too.</returns>
    async ValueTask<(Target? Target, ActiveMap? Map, EndReason? Refusal)> JudgeAsync(Session.Session session, OpenRequest request)
    {
        if (request.Target is { } target)
        {
            var own = _authority.OwnMaps ? _context.Maps.DiallingHere(session.Mode, target) : null;
            if (own is null) return _authority.MayDial(target) ? (target, null, null) : (null, null, Denied(target.ToString()));
            return await IsAllowedAsync(own, request) ? (target, own, null) : (null, own, Denied($"client {request.Source}"));
        }
        RemoteAsk? ask;
        lock (_gate) _asks.TryGetValue(request.Listen, out ask);
        if (ask is null) return (null, null, Denied("no map of ours"));
        return await IsAllowedAsync(ask.Map, request) ? (ask.Map.Rule.Dialled, ask.Map, null) : (null, ask.Map, Denied($"client {request.Source}"));
    }

    // The other side says where its client is; that it says the truth is part of trusting it with the listener.
    ValueTask<bool> IsAllowedAsync(ActiveMap map, OpenRequest request) =>
        map.Allowed.AllowsAsync(IPEndPoint.TryParse(request.Source ?? "", out var client) ? client : null, _context.Time);

    async Task AskAgainAsync(RemoteAsk ask)
    {
        ask.Backoff = ask.Backoff * 2 < RemoteAsk.LongestBackoff ? ask.Backoff * 2 : RemoteAsk.LongestBackoff;
        await Task.Delay(ask.Backoff, _context.Time, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        lock (_gate)
        {
            if (!_stop.IsCancellationRequested && _asking.Contains(ask.Map)) Ask(ask);
        }
    }

    // With the lock held: an answer cannot come before the id is known.
    void Ask(RemoteAsk ask)
    {
        _asks.Add(_session!.Listen(new ListenRequest(ask.Map.Rule.Listener, ask.Map.Rule.Dialled.ToString())), ask);
    }

    static EndReason Denied(string detail) => new(EndPhase.Accept, EndSide.Local, EndCause.Denied, detail);
}
