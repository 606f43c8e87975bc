using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>A map whose listener is on this side: client → allowed? → session → OPEN of the target on the other side.</summary>
sealed class LocalMap(ActiveMap map, ISessionSource sessions, Chores chores, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    // Clients that wait for a session to be born: beyond it they are turned away rather than kept in memory.
    const int MaxWaiting = 4096;

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
        if (!await map.Allowed.AllowsAsync(client.RemoteEndPoint, time))
        {
            TunnelLog.ClientNotAllowed(logger, map.Rule.ToString(), client.RemoteEndPoint);
            client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Denied));
            await client.DisposeAsync();
            return;
        }
        Session.Session? session = null;
        if (Interlocked.Increment(ref _waiting) <= MaxWaiting) session = await sessions.PickAsync(map.Rule.Mode);
        Interlocked.Decrement(ref _waiting);
        if (session is null)
        {
            TunnelLog.NoSession(logger, map.Rule.ToString(), client.RemoteEndPoint);
            client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Busy));
            await client.DisposeAsync();
            return;
        }
        var source = client.RemoteEndPoint?.ToString();
        var channel = session.Open(new OpenRequest(map.Rule.Dialled, 0, source), client, map);
        map.Traffic.Opened(channel);
    }
}
