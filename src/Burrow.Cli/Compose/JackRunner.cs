using Burrow.Carriers;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Proxy;
using Burrow.Cli.Compose.Jack;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Cli.Hosting;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Core.Time;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>Runs Jack: puts the parts together, waits, and takes them apart.</summary>
internal static class JackRunner
{
    // Jenny's, by --permit-listen: more than any configuration has.
    const int MaxListeners = 1024;

    // How long a stop may take: the word of our end has to reach Jenny, or she keeps our listeners until she notices.
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Runs until the context says stop or the credential is refused.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(JackOptions options, RunContext context)
    {
        var logger = context.Loggers.CreateLogger("jack");
        TlsClient? tls = null;
        string jennyKey;
        ProxyUsers? users;
        ProxySettings proxies;
        try
        {
            users = Keys.OfProxies(options.ProxyUsersFile);
            proxies = Proxies.Of(options.Proxy, logger);
            var keys = Keys.OfJack(options.Credentials);
            if (keys is var (identity, pins)) tls = new TlsClient(identity, pins);
            jennyKey = keys is var (_, known) ? string.Join(',', known) : options.Tunnels[0];
        }
        catch (KeyProblemException problem)
        {
            TunnelLog.BadCredential(logger, problem.Message);
            return ExitCode.Usage;
        }

        var urls = options.Tunnels.SelectMany(tunnel => Urls.Parse(tunnel).Ways(options.Carrier)).ToList();
        var memory = new WayMemory(Directories.OfThisProcess.Cache, [.. urls.Select(url => NameOf(url, proxies))], WayMemory.OfThisMachine, logger);
        using var instance = TakeInstance(options, jennyKey, logger);
        var time = BootTimeProvider.Instance;
        var chores = new Chores(logger);
        var repeats = new Repeats(time, logger);
        var maps = new MapTable(isJack: true, chores, time, logger, repeats, users);
        var ends = new SessionEndContext(maps, new TcpDialer(time) { Share = DescriptorShare.Clients }, chores, time, logger, repeats);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        KeeperTable? keepers = null;
        var jack = new JackContext(
            ends, new JennyDoor(urls, tls, proxies, time) { Memory = memory }, Permissions.Of(options, orElse: Authority.None), new Quotas(new Quota(Session.Session.MaxPeerChannels), new Quota(MaxListeners)), instance, options.Name, options.Retry, options.SessionTimeout,
            SessionChoices.Of(options), new CreditBudget(options.MemoryLimit), new FirstMeeting(), wanted => Use(keepers!, ModeMask.Modes(wanted)));
        keepers = new KeeperTable((mode, path) => new SessionKeeper(jack, mode, path), options.Paths, stop.Token);

        await maps.ApplyAsync(options.Maps, keepers);
        Use(keepers, maps.Modes.Count > 0 ? maps.Modes : [Mode.Encrypted]);
        using var watch = new PathWatch(keepers.Kick, logger);
        using var reload = new Reloader<JackOptions>(options.Reload, changed => changed.Maps, maps, keepers, chores, logger, credentials: changed => maps.Admit(Keys.OfProxies(changed.ProxyUsersFile)), applied: () => Use(keepers, maps.Modes));
        context.OnHangup = reload.Reload;
        var process = new OwnProcess("jack", options.Name, options.ConfigFile);
        var status = new TunnelStatus(process, maps, () => keepers.Status(jack.Door.Name), () => []);
        using var housekeeping = new Housekeeping(() => keepers.Runners, repeats, logger);
        using var metrics = new TunnelMetrics(status);
        await using var server = StatusServer.Start("jack", status, logger);

        await Task.WhenAny(context.Stop.WhenCancelledAsync(), keepers.Refused);
        var refused = keepers.Refused.IsCompletedSuccessfully ? await keepers.Refused : null;
        if (refused is not null) TunnelLog.Refused(logger, jack.Door.Name, Refusals.Explain(refused)); // with what the other side said

        await stop.CancelAsync();
        await Task.WhenAny(keepers.WhenStoppedAsync(), Task.Delay(StopTimeout));
        await maps.DisposeAsync();
        return refused is not null ? Refusals.ExitCodeOf(refused) : ExitCode.Done;
    }

    static void Use(KeeperTable keepers, IEnumerable<Mode> modes)
    {
        foreach (var mode in modes) keepers.Use(mode);
    }

    static string NameOf(CarrierUrl url, ProxySettings proxies) => url.Target is { } target && proxies.For(url.Scheme, target) is { } proxy ? $"{url} through {proxy}" : url.ToString();

    static Instance TakeInstance(JackOptions options, string jennyKey, ILogger logger)
    {
        var configuration = options.ConfigFile is { } file ? Path.GetFullPath(file) : string.Join('\n', options.Maps.Select(map => map.ToString()).Order(StringComparer.Ordinal));
        try
        {
            return Instance.Take(Directories.OfThisProcess.State, jennyKey, configuration);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            TunnelLog.NoState(logger, problem.Message);
            return Instance.Unkept();
        }
    }
}
