using System.Net;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>A map whose listener is on this side: client → allowed? → a proxy's client says where it wants to go → session → OPEN of the target on the other side.</summary>
sealed class LocalMap(ActiveMap map, DynamicInbound dynamics, ISessionSource sessions, Chores chores, TimeProvider time, ILogger logger, Repeats repeats) : IAsyncDisposable
{
    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    // Clients that wait for a session to be born: beyond it they are turned away rather than kept in memory.
    const int MaxWaiting = 4096;

    // How often a waiting client is looked at.
    static readonly TimeSpan GoneLook = TimeSpan.FromSeconds(1);

    // How long the client of a proxy waits for its answer: longer than the far side's dial may take, and as long as people wait. Those of other maps have no way to be told, and wait.
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(45);

    readonly CancellationTokenSource _stop = new();
    int _waiting;
    Task _listening = Task.CompletedTask;

    public ActiveMap Map => map;

    public void Start() => _listening = ListenAsync();

    /// <summary>Stops listening; channels that are open go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
    }

    /// <summary>Takes the port, however long it is taken by somebody else, and keeps it until the end.</summary>
    async Task ListenAsync()
    {
        var backoff = FirstRetry;
        while (!_stop.IsCancellationRequested)
        {
            var result = await TcpBinder.BindAsync(map.Rule.Listener, time, logger, stop: _stop.Token);
            if (result.Succeeded)
            {
                await using var listener = result.Listener;
                listener.Start(Accepted);
                if (map.Listens(listener.Port)) TunnelLog.Listening(logger, map.Rule.ToString(), listener.Port);
                await _stop.Token.WhenCancelledAsync();
                return;
            }
            var reason = result.Failure;
            if (map.Became(MapState.Retrying, reason.ToString())) TunnelLog.CannotListen(logger, map.Rule.ToString(), reason);
            await Task.Delay(backoff, time, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            backoff = backoff * 2 < LongestRetry ? backoff * 2 : LongestRetry;
        }
    }

    void Accepted(Connection client) => chores.Add(() => ServeAsync(client));

    async Task ServeAsync(Connection client)
    {
        try
        {
            await ServeOrTurnAwayAsync(client);
        }
        catch
        {
            await TurnAwayAsync(client, EndCause.Failed); // it would wait for ever; the chore logs why
            throw;
        }
    }

    async Task ServeOrTurnAwayAsync(Connection client)
    {
        if (!await map.Allowed.AllowsAsync(client.RemoteEndPoint, time))
        {
            if (repeats.IsNews($"map {map.Rule}: clients from {AddressOf(client)} that are not allowed")) TunnelLog.ClientNotAllowed(logger, map.Rule.ToString(), client.RemoteEndPoint?.ToString());
            await TurnAwayAsync(client, EndCause.Denied);
            return;
        }
        if (!map.Rule.IsDynamic)
        {
            await OpenAsync(client, map.Rule.Dialled, map, () => client is SocketConnection { HasLeft: true });
            return;
        }
        var said = await dynamics.ReadAsync(client);
        if (said.Succeeded) await OpenAsync(said.Client, client);
        else TunnelLog.ProxyRefused(logger, map.Rule.ToString(), client.RemoteEndPoint, said.Refusal);
    }

    /// <summary>Opens a channel for a proxy's client, and sees to it that it is answered in time, also while there is no tunnel.</summary>
    /// <param name="socket">What the client came by; the proxy's client owns it.</param>
    async Task OpenAsync(ProxyClient client, Connection socket)
    {
        var tag = new ProxyChannel(map, client);
        await using var late = time.CreateTimer(static tag => ((ProxyChannel)tag!).GiveUp(), tag, AnswerTimeout, Timeout.InfiniteTimeSpan);
        if (await OpenAsync(client, client.Target, tag, () => client.Settled.IsCompleted || socket is SocketConnection { HasLeft: true }) is not { } opened) return;
        tag.Belongs(opened.Session, opened.Channel);
        await client.Settled;
    }

    async Task<(Session.Session Session, Channel Channel)?> OpenAsync(Connection client, Target target, object tag, Func<bool> hasLeft)
    {
        Session.Session? session = null;
        var isGone = false;
        try
        {
            if (Interlocked.Increment(ref _waiting) <= MaxWaiting) (session, isGone) = await WaitForSessionAsync(hasLeft);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        if (session is null)
        {
            if (isGone && repeats.IsNews($"map {map.Rule}: clients that left before there was a session")) TunnelLog.ClientLeft(logger, map.Rule.ToString(), client.RemoteEndPoint);
            else if (!isGone && repeats.IsNews($"map {map.Rule}: clients without a session")) TunnelLog.NoSession(logger, map.Rule.ToString(), client.RemoteEndPoint);
            await TurnAwayAsync(client, isGone ? EndCause.Closed : EndCause.Busy);
            return null;
        }
        var source = client.RemoteEndPoint?.ToString();
        var channel = session.Open(new OpenRequest(target, 0, source), client, tag);
        map.Traffic.Opened(channel);
        return (session, channel);
    }

    /// <summary>Waits for a session, as long as the client does: who hung up meanwhile must not take a place until there is one, which may be hours.</summary>
    async ValueTask<(Session.Session? Session, bool IsGone)> WaitForSessionAsync(Func<bool> hasLeft)
    {
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var picking = sessions.PickAsync(map.Rule.Mode, givenUp.Task);
        if (picking.IsCompleted) return (await picking, false);
        var picked = picking.AsTask();
        using var over = new CancellationTokenSource();
        while (await Task.WhenAny(picked, Task.Delay(GoneLook, time, over.Token)) != picked)
        {
            if (!hasLeft()) continue;
            givenUp.SetResult();
            return (null, true);
        }
        await over.CancelAsync();
        return (await picked, false);
    }

    static string AddressOf(Connection client) => client.RemoteEndPoint is IPEndPoint { Address: var address } ? address.ToString() : "a local socket";

    static async ValueTask TurnAwayAsync(Connection client, EndCause cause)
    {
        client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, cause));
        await client.DisposeAsync();
    }
}
