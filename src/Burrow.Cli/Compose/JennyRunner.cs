using System.Net.Security;
using Burrow.Carriers;
using Burrow.Carriers.Http.Server;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Cli.Compose.Jenny;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Core.Time;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Session.Mux;

namespace Burrow.Cli.Compose;

/// <summary>Runs Jenny: puts the parts together, waits, and takes them apart.</summary>
internal static class JennyRunner
{
    // How long a stop may take: the word of our end has to reach the Jacks.
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);
    static readonly TimeSpan ExpiryLook = TimeSpan.FromSeconds(10);

    /// <summary>Runs until the context says stop.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(JennyOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("jenny");
        TlsServer? tls = null;
        Pin? pin = null;
        SslStreamCertificateContext? certificate;
        CredentialTable credentials;
        ProxyUsers? users;
        try
        {
            certificate = Keys.OfWeb(options.Web);
            users = Keys.OfProxies(options.ProxyUsersFile);
            credentials = new CredentialTable(Permissions.Of(options, orElse: Authority.DialAnywhere));
            if (Keys.OfJenny(options.Credentials) is var (identity, jacks))
            {
                (tls, pin) = (new TlsServer(identity, certificate), identity.Pin);
                credentials.Replace(jacks);
            }
        }
        catch (KeyProblemException problem)
        {
            TunnelLog.BadCredential(logger, problem.Message);
            return ExitCode.Usage;
        }

        var time = BootTimeProvider.Instance;
        var chores = new Chores(logger);
        var repeats = new Repeats(time, logger);
        var maps = new MapTable(isJack: false, chores, time, logger, repeats, users);
        var ends = new SessionEndContext(maps, new TcpDialer(time) { Share = DescriptorShare.Clients }, chores, time, logger, repeats);
        var sessions = new SessionTable(ends, credentials.GrantOf, () => ModeMask.Of(maps.Modes), options.SessionTimeout, SessionChoices.Of(options), new CreditBudget(options.MemoryLimit));
        var reception = new Reception(sessions, credentials, time, logger);

        // Without a credential only carriers that are authenticated themselves are let in: whoever comes by TLS is told that nobody knows him.
        await using var web = new WebFront();
        var port = new CarrierPort(tls ?? new TlsServer(KeyIdentity.Create(), certificate), reception.ServeAsync, reception.TurnedAway, time: time, web: web);
        var listeners = new List<ICarrierListener>();
        foreach (var url in options.Listens.Select(Urls.Parse))
        {
            var (listener, failure) = await CarrierRegistry.For(url).ListenAsync(url);
            if (listener is null)
            {
                TunnelLog.CannotWait(logger, url.ToString(), $"{failure}{(failure!.Cause == EndCause.AddressInUse ? "; another Jenny, or another program, has that port" : "")}");
                foreach (var open in listeners) await open.DisposeAsync();
                return ExitCode.Failed;
            }
            listeners.Add(listener);
        }
        // Our own maps are known before the first Jack is: he asks for what they lack, and hears in which modes they need him.
        await maps.ApplyAsync(options.Maps, sessions);
        var accepting = new AcceptLoops(port, logger);
        listeners.ForEach(accepting.Start);
        void Reread(JennyOptions changed)
        {
            var clients = Keys.OfProxies(changed.ProxyUsersFile);
            KeyIdentity? now = null;
            IReadOnlyList<Credential> jacks = [];
            if (Keys.OfJenny(changed.Credentials) is var (again, listed)) (now, jacks) = (again, listed);
            using var _ = now;
            maps.Admit(clients);
            // She stays who she is until she is started anew, and with a secret so do those whom she lets in: its Jacks expect the key that comes of the same secret.
            if (now?.Pin != pin) TunnelLog.CredentialKept(logger, changed.Credentials is Credentials.SharedSecret ? "the secret" : "the identity");
            if (options.Credentials is not Credentials.AuthorizedIdentity || changed.Credentials is not Credentials.AuthorizedIdentity) return;
            credentials.Replace(jacks);
            sessions.EndRevoked();
        }

        using var reload = new Reloader<JennyOptions>(options.Reload, changed => changed.Maps, maps, sessions, chores, logger, credentials: Reread);
        context.OnHangup = reload.Reload;
        var process = new OwnProcess("jenny", options.Name, options.ConfigFile);
        var status = new TunnelStatus(process, maps, () => sessions.All.Select(session => TunnelStatus.Of(session.Session, session.Peer, session.Born.Date, session.Carriers)), () => sessions.All.Select(session => session.Status()));
        using var housekeeping = new Housekeeping(() => sessions.All.Select(session => session.Runner), repeats, logger);
        using var metrics = new TunnelMetrics(status);
        await using var server = StatusServer.Start("jenny", status, logger);
        await using var expiry = time.CreateTimer(static table => ((SessionTable)table!).Expire(), sessions, ExpiryLook, ExpiryLook);

        var wasStopped = await accepting.WaitAsync(context.Stop.WhenCancelledAsync());
        await accepting.CloseAsync();
        foreach (var session in sessions.All) session.Session.End(EndReason.Stopped);
        await Task.WhenAny(accepting.EndAsync(), Task.Delay(StopTimeout));
        await maps.DisposeAsync();
        return wasStopped ? ExitCode.Done : ExitCode.Failed;
    }
}
