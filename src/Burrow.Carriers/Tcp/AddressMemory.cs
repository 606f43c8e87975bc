using System.Collections.Concurrent;
using System.Net;
using Burrow.Core.Sockets;

namespace Burrow.Carriers.Tcp;

/// <summary>
/// Remembers the addresses of the names that carriers are dialled by: after an outage the resolver is often the last thing to work again, and every dial would wait for it. A
/// name that was resolved once is answered at once, while one question is under way for the next time.
/// </summary>
sealed class AddressMemory(Resolver resolve)
{
    readonly ConcurrentDictionary<string, IPAddress[]> _known = new(StringComparer.OrdinalIgnoreCase);
    readonly ConcurrentDictionary<string, Task> _asking = new(StringComparer.OrdinalIgnoreCase);

    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop)
    {
        if (!_known.TryGetValue(host, out var addresses)) return _known[host] = await resolve(host, stop);
        _ = _asking.GetOrAdd(host, AskAgainAsync); // ends by itself, and takes itself out
        return addresses;
    }

    async Task AskAgainAsync(string host)
    {
        await Task.Yield();
        try
        {
            var addresses = await resolve(host, CancellationToken.None);
            if (addresses.Length > 0) _known[host] = addresses;
        }
        catch (System.Net.Sockets.SocketException)
        {
            // What was known is still the best there is.
        }
        finally
        {
            _asking.TryRemove(host, out _);
        }
    }
}
