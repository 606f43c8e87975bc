using Burrow.Carriers;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Cli.Commands;
using Burrow.Cli.Compose.Jenny;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Cli.Terminal;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Core.Time;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session.Handshake;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>Runs Jenny: puts the parts together, waits, and takes them apart.</summary>
internal static class JennyRunner
{
    static readonly TimeSpan ExpiryLook = TimeSpan.FromSeconds(10);

    /// <summary>Runs until the context says stop.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(JennyOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("jenny");
        CreditBudget.Shared = new CreditBudget(options.MemoryLimit);
        TlsServer? tls = null;
        CredentialTable credentials;
        try
        {
            credentials = new CredentialTable(Permissions.Of(options, orElse: Authority.DialAnywhere));
            if (Keys.OfJenny(options.Credentials) is var (identity, jacks))
            {
                tls = new TlsServer(identity);
                credentials.Replace(jacks);
            }
        }
        catch (KeyProblemException problem)
        {
            Messages.Error(problem.Message);
            return ExitCode.Usage;
        }

        var time = BootTimeProvider.Instance;
        var chores = new Chores(logger);
        var maps = new MapTable(isJack: false, chores, time, logger);
        var ends = new SessionEndContext(maps, new TcpDialer(time), chores, time, logger);
        var sessions = new SessionTable(ends, credentials.GrantOf, () => (byte)maps.Modes.Sum(mode => 1 << (int)mode), options.SessionTimeout, (int)options.QueueLimit);
        var reception = new Reception(sessions, credentials, new AttemptLimiter(TimeSpan.FromMinutes(5)), TimeProvider.System, logger);

        var listeners = new List<ListenerInbound>();
        foreach (var text in options.Listens)
        {
            var hp = text["tcp://".Length..];
            var c = hp.LastIndexOf(':');
            var bound = await TcpBinder.BindAsync(new Target(hp[..c].Trim('[', ']'), int.Parse(hp[(c + 1)..])), time, logger);
            if (!bound.Succeeded)
            {
                Messages.Error($"cannot wait on {text}: {bound.Failure}");
                return ExitCode.Failed;
            }
            bound.Listener.Start(connection => chores.Add(async () =>
            {
                var (t, failure) = await tls!.AcceptAsync(connection);
                if (t is null) { TunnelLog.CallerLeft(logger, connection.RemoteEndPoint?.ToString(), failure!); await connection.DisposeAsync(); return; }
                await reception.ServeAsync(t, Mode.Encrypted, CarrierTrust.Tls, t.PeerPin, "tcp", () => { });
            }));
            listeners.Add(bound.Listener);
            TunnelLog.Waiting(logger, text);
        }
        await maps.ApplyAsync(options.Maps, sessions);
        using var reload = new Reloader<JennyOptions>(options.Reload, changed => changed.Maps, maps, sessions, chores, () => { }, logger);
        context.OnHangup = reload.Reload;
        var process = new ProcessStatus(Environment.ProcessId, "jenny", options.Name, VersionCommand.Version, DateTimeOffset.UtcNow, options.ConfigFile);
        var status = new TunnelStatus(process, maps, () => sessions.All.Select(session => TunnelStatus.Of(session.Session, session.Peer, session.BornAt, session.Carriers)), () => []);
        using var metrics = new TunnelMetrics(status);
        await using var server = StatusServer.Start("jenny", status, logger);
        await using var expiry = time.CreateTimer(static table => ((SessionTable)table!).Expire(), sessions, ExpiryLook, ExpiryLook);

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStop = context.Stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
        foreach (var listener in listeners) await listener.DisposeAsync();
        foreach (var session in sessions.All) session.Session.End(Burrow.Core.EndReason.Stopped);
        await Task.WhenAny(chores.WhenDoneAsync(), Task.Delay(TimeSpan.FromSeconds(2)));
        await maps.DisposeAsync();
        return ExitCode.Done;
    }
}
