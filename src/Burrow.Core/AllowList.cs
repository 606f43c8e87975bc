using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;

namespace Burrow.Core;

/// <summary>Which clients may come in: addresses, ranges and globs (<see cref="AddressRange"/>), and host names.</summary>
/// <remarks>
/// A name is resolved when a client arrives, and matches if one of its addresses is the client's. Names are never found by reverse DNS: whoever owns an address could
/// then choose its name. A name that can't be resolved, or not in time, matches nobody. Immutable and thread-safe.
/// </remarks>
public sealed class AllowList
{
    /// <summary>How long a client waits for names to be resolved.</summary>
    public static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(5);

    readonly AddressRange[]? _ranges; // null: everybody
    readonly string[] _names;

    AllowList(AddressRange[]? ranges, string[] names) => (_ranges, _names) = (ranges, names);

    /// <summary>No list: everybody may.</summary>
    public static AllowList Everybody { get; } = new(null, []);

    /// <summary>Makes a list of these entries; of none, nobody may.</summary>
    /// <param name="entries">Each an address, a range, a glob or a host name.</param>
    /// <param name="list">The list, if all entries were understood.</param>
    /// <param name="mistake">Otherwise the first that was not: for the message.</param>
    public static bool TryParse(IEnumerable<string> entries, [NotNullWhen(true)] out AllowList? list, [NotNullWhen(false)] out string? mistake)
    {
        var ranges = new List<AddressRange>();
        var names = new List<string>();
        (list, mistake) = (null, null);
        foreach (var entry in entries)
        {
            if (AddressRange.TryParse(entry, out var range)) ranges.Add(range);
            else if (HostName.IsValid(entry)) names.Add(entry);
            else
            {
                mistake = entry;
                return false;
            }
        }
        list = new AllowList([.. ranges], [.. names]);
        return true;
    }

    /// <summary>Whether a client from there may come in. Completes synchronously when no name needs to be asked for.</summary>
    /// <param name="client">A client without an IP address (a unix socket's) may only if everybody may.</param>
    /// <param name="time">Measures the time limit.</param>
    /// <param name="resolve">Null: the system's resolver.</param>
    public ValueTask<bool> AllowsAsync(EndPoint? client, TimeProvider time, Resolver? resolve = null)
    {
        if (_ranges is null) return new ValueTask<bool>(true);
        if (client is not IPEndPoint { Address: var address }) return new ValueTask<bool>(false);
        address = EndPoints.Fold(address);
        foreach (var range in _ranges)
            if (range.Contains(address)) return new ValueTask<bool>(true);
        return _names.Length == 0
            ? new ValueTask<bool>(false)
            : AnyNameIsAsync(address, time, resolve ?? NameLookup.ResolveAsync);
    }

    async ValueTask<bool> AnyNameIsAsync(IPAddress address, TimeProvider time, Resolver resolve)
    {
        using var timeout = new CancellationTokenSource(ResolveTimeout, time);
        var lookups = _names.Select(name => IsAsync(name)).ToList();
        while (lookups.Count > 0)
        {
            var done = await Task.WhenAny(lookups);
            if (await done) return true;
            lookups.Remove(done);
        }
        return false;

        async Task<bool> IsAsync(string name)
        {
            try
            {
                var addresses = await resolve(name, timeout.Token).WaitAsync(timeout.Token);
                return addresses.Any(a => EndPoints.Fold(a).Equals(address));
            }
            catch (Exception e) when (e is SocketException or ArgumentException or OperationCanceledException)
            {
                return false;
            }
        }
    }
}
