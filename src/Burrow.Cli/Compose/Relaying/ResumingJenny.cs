using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Cli.Compose.Jenny;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Core;
using Burrow.Core.Time;
using Burrow.Endpoints.Inbounds.Listener;
using Burrow.Session;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>The waiting side of a relay tool that survives: a Jenny with one credential and no maps.</summary>
sealed class ResumingJenny : IAsyncDisposable
{
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);
    static readonly TimeSpan ExpiryLook = TimeSpan.FromSeconds(10);

    readonly ListenerInbound _listener;
    readonly SessionTable _sessions;
    readonly MapTable _maps;
    readonly ITimer _expiry;
    readonly Housekeeping _housekeeping;
    readonly Task _accepting;

    ResumingJenny(ListenerInbound listener, SessionTable sessions, MapTable maps, ITimer expiry, Housekeeping housekeeping, Task accepting)
    {
        (_listener, _sessions, _maps, _expiry, _housekeeping, _accepting) = (listener, sessions, maps, expiry, housekeeping, accepting);
    }

    /// <summary>Waits for whoever has the secret.</summary>
    /// <param name="listener">Bound; owned from now on.</param>
    /// <param name="secretFile">The secret of both.</param>
    /// <param name="outbound">Makes the local end of what the other side opens.</param>
    /// <param name="authority">What the other side may open.</param>
    /// <param name="logger">For the tunnel's messages.</param>
    /// <exception cref="KeyProblemException">The secret can't be used.</exception>
    public static ResumingJenny Start(ListenerInbound listener, string secretFile, IOutbound outbound, Authority authority, ILogger logger)
    {
        var keys = Keys.OfJenny(new Credentials.SharedSecret(secretFile))!.Value;
        var time = BootTimeProvider.Instance;
        var chores = new Chores(logger);
        var repeats = new Repeats(time, logger);
        var maps = new MapTable(isJack: false, chores, time, logger, repeats);
        var credentials = new CredentialTable(authority);
        credentials.Replace(keys.Jacks);
        var sessions = new SessionTable(
            new SessionEndContext(maps, outbound, chores, time, logger, repeats), credentials.GrantOf, () => 1 << (int)Mode.Encrypted, Defaults.SessionTimeout,
            SessionOptions.Default with { ReadAhead = (int)Defaults.QueueLimit }, new CreditBudget(Defaults.MemoryLimit));
        var reception = new Reception(sessions, credentials, time, logger);
        var port = new CarrierPort(new TlsServer(keys.Identity), reception.ServeAsync, reception.TurnedAway, time: time);
        var expiry = time.CreateTimer(static table => ((SessionTable)table!).Expire(), sessions, ExpiryLook, ExpiryLook);
        return new ResumingJenny(listener, sessions, maps, expiry, new Housekeeping(() => sessions.All.Select(session => session.Runner), repeats, logger), port.RunAsync(new InboundCarrierListener(listener)));
    }

    /// <summary>Whether nobody has a session here.</summary>
    public bool IsEmpty => _sessions.All.Count == 0;

    /// <summary>The session of whoever came last; while there is none, waits for one.</summary>
    /// <param name="givenUp">Completes when it is not waited for any longer; the answer is then null.</param>
    public async ValueTask<Session.Session?> SessionAsync(Task givenUp)
    {
        while (true)
        {
            var birth = _sessions.NextBirth;
            if (await _sessions.PickAsync(Mode.Encrypted, givenUp) is { } session) return session;
            if (await Task.WhenAny(birth, givenUp) == givenUp) return null;
        }
    }

    public IEnumerable<Status.SessionStatus> Status() => _sessions.All.Select(session => TunnelStatus.Of(session.Session, session.Peer, session.Born.Date, session.Carriers));

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _expiry.DisposeAsync();
        foreach (var session in _sessions.All) session.Session.End(EndReason.Stopped);
        await Task.WhenAny(_accepting, Task.Delay(StopTimeout));
        await _maps.DisposeAsync();
        _housekeeping.Dispose();
    }
}
