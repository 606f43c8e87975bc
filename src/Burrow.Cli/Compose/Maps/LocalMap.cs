using System.Net;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>A map whose listener is on this side: client → allowed? → session → OPEN of the target on the other side.</summary>
sealed class LocalMap(ActiveMap map, ISessionSource sessions, Chores chores, TimeProvider time, ILogger logger, Repeats repeats) : IAsyncDisposable
{
    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    // Clients that wait for a session to be born: beyond it they are turned away rather than kept in memory.
    const int MaxWaiting = 4096;

    // How often a waiting client is looked at.
    static readonly TimeSpan GoneLook = TimeSpan.FromSeconds(1);

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
                if (map.Became(MapState.Listening)) TunnelLog.Listening(logger, map.Rule.ToString());
                await Task.Delay(Timeout.InfiniteTimeSpan, time, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
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
            if (repeats.IsNews($"map {map.Rule}: clients from {AddressOf(client)} that are not allowed")) TunnelLog.ClientNotAllowed(logger, map.Rule.ToString(), client.RemoteEndPoint);
            await TurnAwayAsync(client, EndCause.Denied);
            return;
        }
        Session.Session? session = null;
        var isGone = false;
        try
        {
            if (Interlocked.Increment(ref _waiting) <= MaxWaiting) (session, isGone) = await WaitForSessionAsync(client);
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
            return;
        }
        var source = client.RemoteEndPoint?.ToString();
        var channel = session.Open(new OpenRequest(map.Rule.Dialled, 0, source), client, map);
        map.Traffic.Opened(channel);
    }

    /// <summary>Waits for a session, as long as the client does: who hung up meanwhile must not take a place until there is one, which may be hours.</summary>
    async ValueTask<(Session.Session? Session, bool IsGone)> WaitForSessionAsync(Connection client)
    {
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var picking = sessions.PickAsync(map.Rule.Mode, givenUp.Task);
        if (picking.IsCompleted) return (await picking, false);
        var picked = picking.AsTask();
        using var over = new CancellationTokenSource();
        while (await Task.WhenAny(picked, Task.Delay(GoneLook, time, over.Token)) != picked)
        {
            if (client is not SocketConnection { HasLeft: true }) continue;
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
