using Burrow.Cli.Config;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Session;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>
/// The maps of this process. Those that listen here have a listener of their own; those that listen on the other side are asked for in every session of their mode.
/// </summary>
sealed class MapTable(bool isJack, Chores chores, TimeProvider time, ILogger logger, Repeats repeats, ProxyUsers? users = null) : IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly DynamicInbound _dynamics = new(users, time);
    readonly Dictionary<string, LocalMap> _local = new(StringComparer.Ordinal); // by the map's text; guarded by _gate
    readonly Dictionary<string, ActiveMap> _remote = new(StringComparer.Ordinal);
    readonly List<(Mode Mode, SessionEnd End)> _askers = [];

    /// <summary>Who may use our dynamic maps from now on; null: everybody who can reach their ports.</summary>
    public void Admit(ProxyUsers? proxyUsers) => _dynamics.Users = proxyUsers;

    /// <summary>The modes in which our maps need a session.</summary>
    public IReadOnlySet<Mode> Modes
    {
        get
        {
            lock (_gate) return _local.Values.Select(local => local.Map).Concat(_remote.Values).Select(map => map.Rule.Mode).ToHashSet();
        }
    }

    /// <summary>Puts rules in force: what stayed is not touched, what is new opens, what is gone stops listening and lets its channels finish.</summary>
    public async Task ApplyAsync(IReadOnlyList<MapRule> rules, ISessionSource sessions)
    {
        List<LocalMap> gone = [];
        List<string> withdrawn = [];
        lock (_gate)
        {
            var wanted = rules.ToDictionary(rule => rule.ToString(), StringComparer.Ordinal);
            foreach (var text in _local.Keys.Where(text => !wanted.ContainsKey(text)).ToList())
            {
                gone.Add(_local[text]);
                _local.Remove(text);
            }
            foreach (var text in _remote.Keys.Where(text => !wanted.ContainsKey(text)).ToList())
            {
                foreach (var (_, end) in _askers) end.Withdraw(_remote[text]);
                _remote.Remove(text);
                withdrawn.Add(text);
            }
        }
        foreach (var map in withdrawn) TunnelLog.MapRemoved(logger, map);
        // A new map may want the address of one that is gone.
        foreach (var map in gone)
        {
            TunnelLog.MapRemoved(logger, map.Map.Rule.ToString());
            await map.DisposeAsync();
        }
        lock (_gate)
        {
            foreach (var rule in rules) Add(rule, sessions);
        }
    }

    /// <summary>A session of that mode was born: ask for what we want over there.</summary>
    public void AddAsker(Mode mode, SessionEnd end)
    {
        lock (_gate)
        {
            _askers.Add((mode, end));
            foreach (var map in _remote.Values.Where(map => map.Rule.Mode == mode && !map.Rule.IsDynamic)) end.Ask(map);
        }
    }

    public void RemoveAsker(SessionEnd end)
    {
        lock (_gate) _askers.RemoveAll(asker => asker.End == end);
    }

    /// <summary>The map of ours that already does what the other side asks for, or null.</summary>
    public ActiveMap? OwnListener(Mode mode, ListenRequest request)
    {
        lock (_gate)
        {
            return _local.Values.FirstOrDefault(local => local.Map.Rule.Mode == mode && local.Map.Rule.Listener == request.Bind
                && local.Map.Rule.Dialled.ToString() == request.Target)?.Map;
        }
    }

    /// <summary>A map of ours that names that target on this side, or null.</summary>
    public ActiveMap? DiallingHere(Mode mode, Target target)
    {
        lock (_gate) return _remote.Values.FirstOrDefault(map => map.Rule.Mode == mode && !map.Rule.IsDynamic && map.Rule.Dialled == target);
    }

    public IReadOnlyList<MapStatus> Status()
    {
        lock (_gate) return [.. _local.Values.Select(local => local.Map.Status()), .. _remote.Values.Select(map => map.Status())];
    }

    public async ValueTask DisposeAsync()
    {
        List<LocalMap> all;
        lock (_gate)
        {
            all = [.. _local.Values];
            _local.Clear();
        }
        foreach (var map in all) await map.DisposeAsync();
    }

    // The entries were checked when the configuration was read.
    static AllowList AllowListOf(MapRule rule)
    {
        if (rule.Allowed is not { } allowed) return AllowList.Everybody;
        return AllowList.TryParse(allowed.Entries, out var list, out var mistake) ? list : throw new KeyProblemException($"\"{mistake}\" is no address, range or name");
    }

    void Add(MapRule rule, ISessionSource sessions)
    {
        var text = rule.ToString();
        if (_local.ContainsKey(text) || _remote.ContainsKey(text)) return;
        var map = new ActiveMap(rule, AllowListOf(rule), time);
        var listensHere = isJack == (rule.Direction == MapDirection.ToJenny);
        if (listensHere)
        {
            var local = new LocalMap(map, _dynamics, sessions, chores, time, logger, repeats);
            _local.Add(text, local);
            local.Start();
            return;
        }
        _remote.Add(text, map);
        if (rule.IsDynamic)
        {
            // A proxy is no listener that can be asked for: what its clients want would have to come from there, past the other side's own word on who may ask.
            const string why = "a dynamic map works where its proxy listens: it has to stand in that side's own configuration";
            if (map.Became(MapState.Waiting, why)) TunnelLog.NotOurs(logger, text, why);
            return;
        }
        foreach (var (mode, end) in _askers)
            if (mode == rule.Mode) end.Ask(map);
    }
}
