using System.Net;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Session.Link;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Jack's keepers: one for each mode in use, times the number of paths. Modes come into use by our maps, or by Jenny's.</summary>
sealed class KeeperTable(Func<Mode, byte, SessionKeeper> make, int paths, CancellationToken stop) : ISessionSource
{
    readonly Lock _gate = new();
    readonly List<(SessionKeeper Keeper, Task<EndReason?> Running)> _keepers = []; // guarded by _gate
    readonly TaskCompletionSource<EndReason?> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when Jenny refuses us for good, or with null when all has stopped.</summary>
    public Task<EndReason?> Refused => _refused.Task;

    /// <summary>Of the sessions that are there now.</summary>
    public IReadOnlyList<LinkRunner> Runners
    {
        get
        {
            lock (_gate) return [.. _keepers.Select(known => known.Keeper.Runner).OfType<LinkRunner>()];
        }
    }

    public void Use(Mode mode)
    {
        lock (_gate)
        {
            if (stop.IsCancellationRequested || _keepers.Exists(known => known.Keeper.Mode == mode)) return;
            for (var path = 0; path < paths; path++)
            {
                var keeper = make(mode, (byte)path);
                _keepers.Add((keeper, Task.Run(() => RunAsync(keeper))));
            }
        }
    }

    /// <summary>The session with the fewest channels among those of the mode; the first one born when there is none yet.</summary>
    public async ValueTask<Session.Session?> PickAsync(Mode mode, Task givenUp)
    {
        Use(mode); // a map listens a moment before its mode comes into use, and its first client may be quick
        List<SessionKeeper> keepers;
        lock (_gate) keepers = [.. _keepers.Select(known => known.Keeper).Where(keeper => keeper.Mode == mode)];
        var best = keepers.Select(keeper => keeper.Current?.Session).Where(session => session is not null)
            .MinBy(session => paths == 1 ? 0 : (session!.IsAttached ? 0 : 1 << 30) + session.Snapshot().Channels);
        if (best is not null || keepers.Count == 0) return best;
        return await Task.WhenAny([givenUp, .. keepers.Select(keeper => keeper.WhenThere)]) is Task<KeptSession?> born ? (await born)?.Session : null;
    }

    public void Kick(IReadOnlySet<IPAddress> addresses)
    {
        List<SessionKeeper> keepers;
        lock (_gate) keepers = [.. _keepers.Select(known => known.Keeper)];
        foreach (var keeper in keepers)
        {
            var local = (keeper.Runner?.Carrier?.LocalEndPoint as IPEndPoint)?.Address;
            keeper.Kick(addressGone: local is not null && addresses.Count > 0 && !addresses.Contains(local));
        }
    }

    public IEnumerable<SessionStatus> Status(string peer)
    {
        List<SessionKeeper> keepers;
        lock (_gate) keepers = [.. _keepers.Select(known => known.Keeper)];
        foreach (var keeper in keepers)
        {
            if (keeper.Current is { } kept) yield return TunnelStatus.Of(kept.Session, peer, kept.Born.Date, kept.Carriers);
            else yield return new SessionStatus("-", keeper.Mode.Text(), peer, SessionState.Waiting, DateTimeOffset.UtcNow, null, null, 0, 0, 0, 0, 0, 0, 0);
        }
    }

    public async Task WhenStoppedAsync()
    {
        List<Task<EndReason?>> running;
        lock (_gate) running = [.. _keepers.Select(known => known.Running)];
        await Task.WhenAll(running);
        _refused.TrySetResult(null);
    }

    async Task<EndReason?> RunAsync(SessionKeeper keeper)
    {
        var refused = await keeper.RunAsync(stop);
        if (refused is not null) _refused.TrySetResult(refused);
        return refused;
    }
}
