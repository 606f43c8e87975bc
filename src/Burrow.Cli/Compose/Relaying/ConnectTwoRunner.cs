using System.Collections.Concurrent;
using Burrow.Carriers.Modes.Tls;
using Burrow.Cli.Config;
using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Sockets;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Runs <c>burrow connecttwo</c>: keeps one connection waiting at listentwo; when a client has come there, it is joined to the service here, and the next one waits.</summary>
sealed class ConnectTwoRunner
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    static readonly TimeSpan TlsTimeout = TimeSpan.FromSeconds(5);

    // A machine that vanished without a word is known to be gone after 21 s; a new connection waits there then.
    static readonly TimeSpan ProbeIdle = TimeSpan.FromSeconds(15);
    static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);
    const int Probes = 3;

    // Without a hello a client who only listens looks like none: after a while another connection waits beside his, up to so many. Each is a connection to the service as well.
    static readonly TimeSpan QuietPatience = TimeSpan.FromSeconds(3);
    const int MostQuiet = 4;

    // More clients in a second come through a pair than ever did through one of its originals; a loop that nobody sees is bounded by it.
    const int MostDials = 50;

    readonly ConnectTwoOptions _options;
    readonly ILogger _logger;
    readonly TimeProvider _time = TimeProvider.System;
    readonly TcpDialer _dialer;
    readonly TlsClient? _tls;
    readonly RelayTraffic _traffic;
    readonly Chores _chores;
    readonly ConcurrentDictionary<Connection, byte> _open = new();
    readonly CancellationToken _stop;
    readonly HashSet<EndCause> _told = []; // failures of this outage
    readonly SessionWorth _worth; // without a hello
    readonly DialPace _pace;
    readonly List<Task> _quiet = []; // without a hello: those on which no client has said anything yet
    bool _met;

    ConnectTwoRunner(ConnectTwoOptions options, LocalAddresses local, TlsClient? tls, ILogger logger, CancellationToken stop)
    {
        (_options, _tls, _logger, _stop) = (options, tls, logger, stop);
        _dialer = ToolSockets.Dialer(local, _time);
        _traffic = new RelayTraffic(_time);
        _chores = new Chores(logger);
        _pace = new DialPace(MostDials, _time);
        _worth = new SessionWorth(_time, () =>
        {
            if (!_stop.IsCancellationRequested) RelayLog.AnswersAtOnce(_logger, Source);
        });
    }

    /// <summary>Runs until the context says stop, or until listentwo turns out to have another secret.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(ConnectTwoOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("connecttwo");
        return await ToolRun.RunAsync(async () =>
        {
            if (options.Resume) return await ResumingPair.ConnectAsync(options, context, logger);
            var keys = options.SecretFile is { } file ? Keys.OfJack(new Credentials.SharedSecret(file)) : null;
            var tls = keys is var (identity, pins) ? new TlsClient(identity, pins) : null;
            var local = await LocalAddresses.OfEnvironmentAsync(context.Stop);
            return await new ConnectTwoRunner(options, local, tls, logger, context.Stop).RunAsync();
        });
    }

    string Source => _options.Source.ToString();

    async Task<int> RunAsync()
    {
        if (_tls is null) RelayLog.AnybodyMayHelp(_logger, Source);
        await using var status = StatusServer.Start("connecttwo", new RelayStatus("connecttwo", () => _traffic.Status($"{_options.Source} <=> {_options.Destination}")), _logger);
        await using var onStop = _stop.Register(() =>
        {
            foreach (var connection in _open.Keys) connection.Abort(EndReason.Stopped);
        });
        var backoff = new Backoff(FirstPause, LongestPause);
        var code = ExitCode.Done;
        while (!_stop.IsCancellationRequested)
        {
            await _pace.WaitAsync(_stop);
            var (there, failure) = await DialThereAsync();
            if (failure is { Cause: EndCause.Credential } && !_met)
            {
                Messages.Error($"{Source}: {Refusals.Explain(failure)}");
                code = ExitCode.Refused;
                break;
            }
            if (failure is not null && failure.Cause != EndCause.Stopped && _told.Add(failure.Cause)) RelayLog.CannotReach(_logger, Source, failure);
            if (there is not null)
            {
                if (!_met || _told.Count > 0) RelayLog.WaitingThere(_logger, Source);
                _met = true;
                _told.Clear();
                if (_options.Hello ? await WaitForHelloAsync(there) : await LeadOnAtOnceAsync(there))
                {
                    backoff.Reset();
                    continue;
                }
            }
            await Task.Delay(backoff.Next(Random.Shared), _time, _stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        foreach (var connection in _open.Keys) connection.Abort(EndReason.Stopped);
        await _chores.WhenDoneAsync();
        return code;
    }

    async Task<(Connection? Connection, EndReason? Failure)> DialThereAsync()
    {
        var result = await _dialer.DialAsync(_options.Source, ToolSockets.DialTimeout, null, _stop);
        if (!result.Succeeded) return (null, result.Failure);
        if (result.Connection is SocketConnection socket) SilenceWatch.Start(socket, ProbeIdle, ProbeInterval, Probes, _time);
        if (_tls is null) return (Opened(Watched(result.Connection)), null);
        EndReason? failure;
        await using (_time.CreateTimer(static late => ((Connection)late!).Abort(new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut, "no answer to the TLS handshake")), result.Connection, TlsTimeout, Timeout.InfiniteTimeSpan))
        await using (_stop.Register(() => result.Connection.Abort(EndReason.Stopped)))
        {
            (var secured, failure) = await _tls.ConnectAsync(result.Connection);
            if (secured is not null) return (Opened(Watched(secured)), null);
        }
        await result.Connection.DisposeAsync();
        return (null, failure);
    }

    Connection Watched(Connection there) => _options.Hello ? there : new UnaskedHelloWatch(there, () => RelayLog.UnaskedHello(_logger, Source));

    Connection Opened(Connection connection)
    {
        _open.TryAdd(connection, 0);
        if (_stop.IsCancellationRequested) connection.Abort(EndReason.Stopped);
        return connection;
    }

    async ValueTask CloseAsync(Connection connection)
    {
        _open.TryRemove(connection, out _);
        await connection.DisposeAsync();
    }

    /// <summary>Waits until a client has come there, however long that takes.</summary>
    /// <returns>False when the connection was for nothing.</returns>
    async Task<bool> WaitForHelloAsync(Connection there)
    {
        var client = await PairHello.ReadAsync(there, _time);
        if (client is { Length: > 0 })
        {
            RelayLog.ClientThere(_logger, client, Source);
            _chores.Add(() => LeadOnAsync(there, client));
            return true;
        }
        if (client is null) RelayLog.NoHello(_logger, Source);
        else if (!_stop.IsCancellationRequested) RelayLog.ClosedThere(_logger, Source);
        there.Abort(EndReason.Stopped);
        await CloseAsync(there);
        return false;
    }

    /// <summary>Without a hello nobody says when a client has come: the service is dialled at once, for it may be the one that speaks first.</summary>
    /// <returns>True when another connection is to be made now; false when this one was for nothing.</returns>
    async Task<bool> LeadOnAtOnceAsync(Connection there)
    {
        if (await DialHereAsync(there, "a client") is not { } here) return false;
        var relay = new Relay(there, here);
        var over = _worth.FollowAsync(RelayAsync(relay, there, here, "a client"));
        _chores.Add(over);

        var settled = Task.WhenAny(relay.ForwardBegun, over);
        _quiet.RemoveAll(static one => one.IsCompleted);
        _quiet.Add(settled);
        if (_quiet.Count < MostQuiet) await Task.WhenAny(settled, Task.Delay(QuietPatience, _time));
        else await Task.WhenAny(_quiet);
        // Who speaks is a client, and the next is not to wait for his end; unless those before him were none.
        if (_worth.InDoubt) await Task.WhenAny(over, Task.Delay(SessionWorth.Lasting, _time));
        return !over.IsCompleted || await over;
    }

    async Task LeadOnAsync(Connection there, string client)
    {
        if (await DialHereAsync(there, client) is { } here) await RelayAsync(new Relay(there, here), there, here, client);
    }

    async Task<Connection?> DialHereAsync(Connection there, string client)
    {
        var result = await _dialer.DialAsync(_options.Destination, ToolSockets.DialTimeout, null, _stop);
        if (result.Succeeded) return Opened(result.Connection);
        if (result.Failure.Cause != EndCause.Stopped) RelayLog.NotLedOn(_logger, there.RemoteEndPoint, $"{client}: {result.Failure}");
        there.Abort(result.Failure);
        await CloseAsync(there);
        return null;
    }

    async Task<RelayResult> RelayAsync(Relay relay, Connection there, Connection here, string client)
    {
        _traffic.Began(relay);
        var result = await relay.RunAsync();
        _traffic.Ended(relay);
        RelayLog.Ended(_logger, there.RemoteEndPoint, $"{_options.Destination} for {client}", result.Forward, result.Backward, result.Reason);
        await CloseAsync(there);
        await CloseAsync(here);
        return result;
    }
}
