using System.Net;

namespace Burrow.Core.Sockets;

/// <summary>
/// The system's resolver, a bounded number of questions at a time. A question can't be interrupted (getaddrinfo(3)) and holds a pool thread until the resolver gives
/// up, so without a bound a few thousand names whose servers are silent would hold up everything else in the process.
/// </summary>
public static class NameLookup
{
    const int AtOnce = 16;

    static readonly SemaphoreSlim Gate = new(AtOnce, AtOnce);

    /// <summary>A <see cref="Resolver"/>. Waits for its turn within the caller's time.</summary>
    public static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop)
    {
        await Gate.WaitAsync(stop);
        var lookup = Dns.GetHostAddressesAsync(host, CancellationToken.None);
        _ = lookup.ContinueWith(static _ => Gate.Release(), TaskScheduler.Default);
        return await lookup.WaitAsync(stop);
    }
}
