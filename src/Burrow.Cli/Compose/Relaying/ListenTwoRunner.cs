using System.Collections.Concurrent;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Endpoints.Inbounds.Paired;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Runs <c>burrow listentwo</c>: joins each client of one port to a connection that connecttwo made to the other, in whichever order they come.</summary>
sealed class ListenTwoRunner
{
    // On each side. Each holds two sockets' worth of memory and up to 4 KiB of what it said early.
    internal const int MostWaiting = 1024;

    // A machine that vanished without a word is known to be gone after 11 s, whether it waits or serves a client.
    static readonly TimeSpan ProbeIdle = TimeSpan.FromSeconds(5);
    static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);
    const int Probes = 3;

    // A client is given to a machine when that has proved to be there: three packets in a row may be lost on the way.
    static readonly TimeSpan ProofPatience = TimeSpan.FromSeconds(3);
    static readonly TimeSpan ProofLook = TimeSpan.FromMilliseconds(5);

    // Whichever of the two speaks first has done so by then.
    static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(10);

    readonly ListenTwoOptions _options;
    readonly ILogger _logger;
    readonly TimeProvider _time = TimeProvider.System;
    readonly PairingTable _table = new(MostWaiting);
    readonly RelayTraffic _traffic;
    readonly Chores _chores;
    readonly ConcurrentDictionary<Connection, byte> _open = new();
    readonly CancellationToken _stop;

    ListenTwoRunner(ListenTwoOptions options, ILogger logger, CancellationToken stop)
    {
        (_options, _logger, _stop) = (options, logger, stop);
        _traffic = new RelayTraffic(_time);
        _chores = new Chores(logger);
    }

    /// <summary>Runs until the context says stop.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(ListenTwoOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("listentwo");
        return await ToolRun.RunAsync(() => options.Resume
            ? ResumingPair.ListenAsync(options, context, logger)
            : new ListenTwoRunner(options, logger, context.Stop).RunAsync());
    }

    async Task<int> RunAsync()
    {
        var keys = _options.SecretFile is { } file ? Keys.OfJenny(new Credentials.SharedSecret(file)) : null;
        var local = await LocalAddresses.OfEnvironmentAsync(_stop);
        await using var clients = await ToolSockets.ListenAsync(_options.Clients, local, _time, _logger, _stop);
        await using var helpers = await ToolSockets.ListenAsync(_options.Helpers, local, _time, _logger, _stop, ("-s", clients));
        if (keys is null) RelayLog.AnybodyMayHelp(_logger, helpers.LocalEndPoints[0].ToString()!);
        await using var status = StatusServer.Start("listentwo", new RelayStatus("listentwo", () => _traffic.Status($"{_options.Clients} <=> {_options.Helpers}")), _logger);
        clients.Start(client => _chores.Add(() => ServeClientAsync(client)));
        var port = keys is var (identity, known) ? ServeAuthenticated(helpers, identity, known[0].Pin) : ServeAnybody(helpers);

        await _stop.WhenCancelledAsync();
        await clients.DisposeAsync();
        await helpers.DisposeAsync();
        foreach (var connection in _open.Keys) connection.Abort(EndReason.Stopped);
        await port;
        await _chores.WhenDoneAsync();
        return ExitCode.Done;
    }

    Task ServeAnybody(ListenerInbound helpers)
    {
        helpers.Start(helper =>
        {
            Watch(helper);
            _chores.Add(ServeHelperAsync(helper));
        });
        return Task.CompletedTask;
    }

    /// <summary>The tunnel's own port: strangers are bounded and told nothing.</summary>
    Task ServeAuthenticated(ListenerInbound helpers, KeyIdentity identity, Pin helper)
    {
        var port = new CarrierPort(new TlsServer(identity), async caller =>
        {
            if (caller.PeerPin != helper)
            {
                RelayLog.HelperRefused(_logger, caller.Remote, new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Credential, "it has not the same secret"));
                return;
            }
            caller.Admit();
            await ServeHelperAsync(caller.Connection);
        }, (remote, reason) => RelayLog.HelperRefused(_logger, remote, reason), time: _time);
        return port.RunAsync(new InboundCarrierListener(helpers, Watch));
    }

    void Watch(Connection helper)
    {
        if (helper is SocketConnection socket) SilenceWatch.Start(socket, ProbeIdle, ProbeInterval, Probes, _time);
    }

    Task ServeHelperAsync(Connection connection) => SeatAsync(PairSide.Helper, new WaitingConnection(connection, leavesByEnding: true, _time));

    Task ServeClientAsync(Connection connection) => SeatAsync(PairSide.Client, new WaitingConnection(connection, leavesByEnding: false, _time));

    /// <summary>Brings a connection to its end: with a partner, or without.</summary>
    async Task SeatAsync(PairSide side, WaitingConnection connection, bool again = false)
    {
        _open.TryAdd(connection, 0);
        if (_stop.IsCancellationRequested) connection.Abort(EndReason.Stopped);
        if (!_table.TryAdd(side, connection, out var partner, first: again))
            await TurnAwayAsync(side, connection, $"{MostWaiting} wait already, or it has left");
        else if (partner is not null)
            await JoinAsync(side == PairSide.Client ? connection : partner, side == PairSide.Client ? partner : connection);
        else
            await WaitAsync(side, connection);
        _open.TryRemove(connection, out _);
    }

    async Task WaitAsync(PairSide side, WaitingConnection connection)
    {
        if (side == PairSide.Client) RelayLog.ClientWaits(_logger, connection.RemoteEndPoint);
        else RelayLog.HelperWaits(_logger, connection.RemoteEndPoint);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var late = Task.Delay(side == PairSide.Client ? _options.Wait : Timeout.InfiniteTimeSpan, _time, enough.Token);
        await Task.WhenAny(connection.Gone, connection.Over, late);
        await enough.CancelAsync();
        if (!_table.Remove(connection))
        {
            await connection.Over; // it has a partner, who brings it to its end
            return;
        }
        if (side == PairSide.Helper) RelayLog.HelperLeft(_logger, connection.RemoteEndPoint);
        else if (connection.Gone.IsCompleted) RelayLog.ClientLeft(_logger, connection.RemoteEndPoint);
        else if (!_stop.IsCancellationRequested) RelayLog.ClientGivenUp(_logger, connection.RemoteEndPoint, $"the other machine did not come within {Duration.Format(_options.Wait)}");
        await connection.DisposeAsync();
    }

    async Task TurnAwayAsync(PairSide side, WaitingConnection connection, string why)
    {
        if (side == PairSide.Client) RelayLog.ClientGivenUp(_logger, connection.RemoteEndPoint, why);
        else RelayLog.HelperRefused(_logger, connection.RemoteEndPoint, new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Limit, why));
        await connection.DisposeAsync();
    }

    async Task JoinAsync(WaitingConnection client, WaitingConnection helper)
    {
        if (!await IsThereAsync(helper, client))
        {
            // Nothing of the client was read: it is the next one's.
            if (!_stop.IsCancellationRequested) RelayLog.HelperVanished(_logger, helper.RemoteEndPoint);
            await helper.DisposeAsync();
            client.PutBack();
            await SeatAsync(PairSide.Client, client, again: true);
            return;
        }
        RelayLog.Paired(_logger, client.RemoteEndPoint, helper.RemoteEndPoint);
        var relay = new Relay(client, helper);
        _traffic.Began(relay);
        RelayResult result;
        await using (_options.Hello ? null : _time.CreateTimer(_ => TellOfSilence(relay, client, helper), null, LongSilence, Timeout.InfiniteTimeSpan))
            result = await relay.RunAsync();
        _traffic.Ended(relay);
        RelayLog.Ended(_logger, client.RemoteEndPoint, helper.RemoteEndPoint?.ToString() ?? "", result.Forward, result.Backward, result.Reason);
        await client.DisposeAsync();
        await helper.DisposeAsync();
    }

    /// <summary>Tells it of the client, and waits until its system has confirmed that; without a hello, asks its system.</summary>
    async ValueTask<bool> IsThereAsync(WaitingConnection helper, WaitingConnection client)
    {
        if (!_options.Hello) return await helper.AnswersAsync(ProofPatience);
        if (!await helper.WriteAsync(PairHello.Of(client.RemoteEndPoint))) return false;
        var began = _time.GetTimestamp();
        while (helper.UnsentBytes > 0)
        {
            if (_time.GetElapsedTime(began) > ProofPatience) return false;
            await Task.Delay(ProofLook, _time);
        }
        return helper.End is null;
    }

    void TellOfSilence(Relay relay, Connection client, Connection helper)
    {
        if (relay.Forward == 0 && relay.Backward == 0) RelayLog.NothingSaid(_logger, client.RemoteEndPoint, helper.RemoteEndPoint);
    }
}
