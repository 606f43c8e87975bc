using Burrow.Cli.Config.Relaying;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Relaying;
using Burrow.Core.Sockets;
using Burrow.Endpoints.HostFiles;
using Burrow.Endpoints.Outbounds.Balanced;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Runs <c>burrow forward</c>: client → allowed? → dial → relay, many at once.</summary>
sealed class ForwardRunner
{
    readonly ForwardOptions _options;
    readonly ILogger _logger;
    readonly CancellationToken _stop;
    readonly TimeProvider _time = TimeProvider.System;
    readonly RelayTraffic _traffic;
    readonly Chores _chores;
    readonly RelayOptions _parts; // of all relays that have no prefix of their own
    readonly TcpDialer _dialer;
    readonly HostLedger? _ledger;
    readonly BalancedOutbound? _balanced;

    ForwardRunner(ForwardOptions options, LocalAddresses local, ILogger logger, CancellationToken stop)
    {
        (_options, _logger, _stop) = (options, logger, stop);
        _traffic = new RelayTraffic(_time);
        _chores = new Chores(logger);
        _parts = new RelayOptions { EndPolicy = options.EndPolicy, ForwardRate = options.Rate, BackwardRate = options.Rate, Time = _time };
        _dialer = ToolSockets.Dialer(local, _time);
        if (options.HostFile is not { } file) return;
        _ledger = new HostLedger(new HostFileStore(file));
        _balanced = new BalancedOutbound(_ledger, _dialer, (host, reason) => RelayLog.PassedOver(logger, host, reason));
    }

    /// <summary>Runs until the context says stop.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(ForwardOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("forward");
        return await ToolRun.RunAsync(async () =>
        {
            var local = await LocalAddresses.OfEnvironmentAsync(context.Stop);
            var runner = new ForwardRunner(options, local, logger, context.Stop);
            if (runner._ledger?.LeastFirst() is []) throw new RelayProblemException($"{options.HostFile}: lists no host", ExitCode.Usage);
            return await runner.RunAsync(local, context);
        });
    }

    async Task<int> RunAsync(LocalAddresses local, RunContext context)
    {
        await using var listener = await ToolSockets.ListenAsync(_options.Listen, local, _time, _logger, _stop);
        using var housekeeping = new Housekeeping(() => [], new Repeats(_time, _logger), _logger);
        await using var status = StatusServer.Start("forward", new RelayStatus("forward", () => _traffic.Status(_options.ToString())), _logger);
        await using var counting = new Counting([_ledger], _options.Interval, _time, _logger);
        await using var screen = Show(context.Terminal);
        listener.Start(client => _chores.Add(ServeAsync(client)));

        await _stop.WhenCancelledAsync();
        await listener.DisposeAsync();
        _traffic.Abort(EndReason.Stopped);
        await _chores.WhenDoneAsync();
        return ExitCode.Done;
    }

    LiveLine? Show(TerminalInfo terminal)
    {
        if (_options.Quiet) return null;
        var throughput = new Throughput(_time);
        return new LiveLine(terminal.ErrorIsTerminal, last =>
        {
            var (forward, backward) = _traffic.Bytes;
            return last ? Throughput.Totals(forward, backward) : throughput.BothWays(forward, backward);
        }, _time);
    }

    async Task ServeAsync(Connection client)
    {
        var isLed = false;
        try
        {
            if (_stop.IsCancellationRequested) return;
            if (!await _options.Allowed.AllowsAsync(client.RemoteEndPoint, _time))
            {
                RelayLog.NotAllowed(_logger, client.RemoteEndPoint);
                client.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Denied));
                return;
            }
            var (host, result) = _balanced is not null
                ? await _balanced.DialAsync(_options.HostPort, ToolSockets.DialTimeout, _stop)
                : new BalancedResult("", await _dialer.DialAsync(_options.Target!, ToolSockets.DialTimeout, null, _stop));
            if (!result.Succeeded)
            {
                Refuse(client, result.Failure);
            }
            else if (Prefix(client) is (true, var prefix))
            {
                // A chore of its own, so that nothing of this one is kept for as long as the relay runs.
                isLed = true;
                _chores.Add(RelayAsync(client, result.Connection, host, prefix));
            }
            else
            {
                await result.Connection.DisposeAsync();
            }
        }
        finally
        {
            if (!isLed) await client.DisposeAsync();
        }
    }

    void Refuse(Connection client, EndReason reason)
    {
        if (reason.Cause != EndCause.Stopped) RelayLog.DialFailed(_logger, client.RemoteEndPoint, reason);
        client.Abort(reason);
    }

    /// <summary>Owns both connections.</summary>
    async Task RelayAsync(Connection client, Connection target, string host, Stream? prefix)
    {
        var relay = new Relay(client, target, prefix is null ? _parts : _parts with { Prefix = prefix });
        var account = Count(relay, host);
        _traffic.Began(relay);
        try
        {
            if (_stop.IsCancellationRequested) relay.Abort(EndReason.Stopped); // those that ran were told before this one did
            var result = await relay.RunAsync();
            if (_logger.IsEnabled(LogLevel.Debug)) RelayLog.Ended(_logger, client.RemoteEndPoint, target.RemoteEndPoint?.ToString() ?? host, result.Forward, result.Backward, result.Reason);
        }
        finally
        {
            _traffic.Ended(relay);
            account?.Close();
            await target.DisposeAsync();
            await client.DisposeAsync();
        }
    }

    HostAccount? Count(Relay relay, string host) => _ledger?.Open(host, () => relay.Forward + relay.Backward);

    (bool Ok, Stream? Prefix) Prefix(Connection client)
    {
        if (_options.Insert is not { } path) return (true, null);
        try
        {
            return (true, File.OpenRead(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was there when we started; a stream without it would be another one than was asked for.
            RelayLog.NotLedOn(_logger, client.RemoteEndPoint, $"--insert: {e.Message}");
            client.Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed));
            return (false, null);
        }
    }
}
