using System.Net;

namespace Burrow.Core.Sockets;

/// <summary>
/// The system's resolver, a bounded number of questions at a time. A question can't be interrupted (getaddrinfo(3)) and holds a thread until the resolver gives
/// up, so without a bound a few thousand names whose servers are silent would take all there is.
/// </summary>
/// <remarks>
/// Each question has a thread of its own. On the pool's threads, of which there are as many as processors at first and one more every half second, sixteen questions that hang would hold up
/// everything else in the process for seconds; a thread costs a tenth of a millisecond, a question more. Thread-safe.
/// </remarks>
/// <param name="ask">Blocks until there is an answer.</param>
/// <param name="atOnce">How many questions may be under way.</param>
public sealed class NameLookup(Func<string, IPAddress[]> ask, int atOnce) : IDisposable
{
    static readonly NameLookup OfTheSystem = new(static host => Dns.GetHostAddresses(host), 16);

    readonly SemaphoreSlim _gate = new(atOnce, atOnce);

    /// <summary>A <see cref="Resolver"/> that asks the system. Waits for its turn within the caller's time.</summary>
    public static Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop) => OfTheSystem.AskAsync(host, stop);

    /// <summary>Asks, or gives up when told to; a question that is under way goes on all the same and keeps its place.</summary>
    public async Task<IPAddress[]> AskAsync(string host, CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        var answer = Task.Factory.StartNew(() => Ask(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await answer.WaitAsync(stop);
    }

    public void Dispose() => _gate.Dispose();

    IPAddress[] Ask(string host)
    {
        try
        {
            return ask(host);
        }
        finally
        {
            _gate.Release();
        }
    }
}
