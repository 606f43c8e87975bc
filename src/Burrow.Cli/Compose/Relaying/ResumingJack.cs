using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Proxy;
using Burrow.Cli.Compose.Jack;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Core;
using Burrow.Core.Time;
using Burrow.Session;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>The dialling side of a relay tool that survives: a Jack with one encrypted session and no maps.</summary>
sealed class ResumingJack : IAsyncDisposable
{
    // How long a stop may take: the word of our end has to reach the other side.
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    // A keeper that ends says so; nothing else makes us give up.
    static readonly Task Never = new TaskCompletionSource().Task;

    readonly CancellationTokenSource _stop;
    readonly KeeperTable _keepers;
    readonly MapTable _maps;
    readonly PathWatch _watch;
    readonly Housekeeping _housekeeping;
    readonly Instance _instance;

    ResumingJack(CancellationTokenSource stop, KeeperTable keepers, MapTable maps, PathWatch watch, Housekeeping housekeeping, Instance instance)
    {
        (_stop, _keepers, _maps, _watch, _housekeeping, _instance) = (stop, keepers, maps, watch, housekeeping, instance);
    }

    /// <summary>Completes when the other side refuses us for good.</summary>
    public Task<EndReason?> Refused => _keepers.Refused;

    /// <summary>Dials, and keeps at it.</summary>
    /// <param name="there">Where the other side waits.</param>
    /// <param name="secretFile">The secret of both.</param>
    /// <param name="local">Where to dial from.</param>
    /// <param name="outbound">Makes the local end of what the other side opens.</param>
    /// <param name="authority">What the other side may open.</param>
    /// <param name="instance">Who we are to it; owned from now on.</param>
    /// <param name="logger">For the tunnel's messages.</param>
    /// <param name="stopped">Ends it.</param>
    /// <exception cref="KeyProblemException">The secret can't be used.</exception>
    public static ResumingJack Start(Target there, string secretFile, LocalAddresses local, IOutbound outbound, Authority authority, Instance instance, ILogger logger, CancellationToken stopped)
    {
        var keys = Keys.OfJack(new Credentials.SharedSecret(secretFile))!.Value;
        var time = BootTimeProvider.Instance;
        var chores = new Chores(logger);
        var repeats = new Repeats(time, logger);
        var maps = new MapTable(isJack: true, chores, time, logger, repeats);
        var door = new JennyDoor([Urls.Parse($"tcp://{there}")], new TlsClient(keys.Identity, keys.Jenny), ProxySettings.None, time, local.Addresses);
        var jack = new JackContext(
            new SessionEndContext(maps, outbound, chores, time, logger, repeats), door, authority, new Quotas(new Quota(Session.Session.MaxPeerChannels), new Quota(0)), instance, Environment.MachineName,
            Defaults.Retry, Defaults.SessionTimeout,
            SessionOptions.Default with { ReadAhead = (int)Defaults.QueueLimit }, new CreditBudget(Defaults.MemoryLimit), new FirstMeeting(), _ => { });
        var stop = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        var keepers = new KeeperTable((mode, path) => new SessionKeeper(jack, mode, path), paths: 1, stop.Token);
        keepers.Use(Mode.Encrypted);
        return new ResumingJack(stop, keepers, maps, new PathWatch(keepers.Kick, logger), new Housekeeping(() => keepers.Runners, repeats, logger), instance);
    }

    /// <summary>The session, as soon as there is one; null when there will be none.</summary>
    public ValueTask<Session.Session?> SessionAsync() => _keepers.PickAsync(Mode.Encrypted, Never);

    public IEnumerable<Status.SessionStatus> Status(string peer) => _keepers.Status(peer);

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _stop.CancelAsync();
        await Task.WhenAny(_keepers.WhenStoppedAsync(), Task.Delay(StopTimeout));
        await _maps.DisposeAsync();
        _housekeeping.Dispose();
        _instance.Dispose();
        _stop.Dispose();
    }
}
