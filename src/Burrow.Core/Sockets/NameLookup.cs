using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>
/// The system's resolver, a bounded number of questions at a time. A question can't be interrupted (getaddrinfo(3)) and holds a thread until the resolver gives
/// up, so without a bound a few thousand names whose servers are silent would take all there is.
/// </summary>
/// <remarks>
/// The threads are its own. On the pool's, of which there are as many as processors at first and one more every half second, sixteen questions that hang would hold up everything else in
/// the process for seconds. They are made when there are more questions than threads without one, and end when they had none for a while: a thread for each question would cost a tenth of a
/// millisecond each, which clients that come by the thousand would feel. Thread-safe.
/// </remarks>
/// <param name="ask">Blocks until there is an answer.</param>
/// <param name="atOnce">How many questions may be under way, each on a thread.</param>
public sealed class NameLookup(Func<string, IPAddress[]> ask, int atOnce) : IDisposable
{
    // A name whose servers are silent holds its thread for 10 s or more (resolv.conf(5): 5 s, two attempts, for each server): so many of them are needed before others wait.
    const int MostThreads = 32;

    static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    static readonly NameLookup OfTheSystem = new(static host => Dns.GetHostAddresses(host), MostThreads);

    // In the order of RFC 6724, as the system's resolver has them.
    static readonly IPAddress[] Loopback = Socket.OSSupportsIPv6 ? [IPAddress.IPv6Loopback, IPAddress.Loopback] : [IPAddress.Loopback];

    readonly object _gate = new();
    readonly LinkedList<Question> _waiting = []; // guarded by _gate
    int _threads; // guarded by _gate
    int _idle; // of those; guarded by _gate
    bool _disposed; // guarded by _gate

    /// <summary>A <see cref="Resolver"/> that asks the system. Waits for its turn within the caller's time. <c>localhost</c> is answered without it, see <see cref="HostName.IsLocalhost"/>.</summary>
    public static Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop) =>
        HostName.IsLocalhost(host) ? Task.FromResult<IPAddress[]>([.. Loopback]) : OfTheSystem.AskAsync(host, stop);

    /// <summary>Asks, or gives up when told to; a question that is under way goes on all the same and keeps its place.</summary>
    public async Task<IPAddress[]> AskAsync(string host, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var question = new Question(host);
        lock (_gate)
        {
            if (_waiting.Count >= _idle && _threads < atOnce)
            {
                new Thread(Work) { IsBackground = true, Name = "names" }.UnsafeStart();
                _threads++;
            }
            _waiting.AddLast(question.Place);
            Monitor.Pulse(_gate);
        }
        try
        {
            return await question.Answer.Task.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (question.Place.List is not null) _waiting.Remove(question.Place); // nobody wants to know any more
            }
            throw;
        }
    }

    /// <summary>Lets the threads end that have nothing to do.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    void Work()
    {
        while (Next() is { } question)
        {
            try
            {
                question.Answer.SetResult(ask(question.Host));
            }
            catch (Exception exception) // the asker's, whatever it is
            {
                question.Answer.SetException(exception);
            }
        }
    }

    /// <returns>Null when the thread is to end.</returns>
    Question? Next()
    {
        lock (_gate)
        {
            var woken = true;
            while (_waiting.Count == 0)
            {
                if (!woken || _disposed)
                {
                    _threads--;
                    return null;
                }
                _idle++;
                woken = Monitor.Wait(_gate, Idle);
                _idle--;
            }
            var first = _waiting.First!;
            _waiting.Remove(first);
            return first.Value;
        }
    }

    sealed class Question
    {
        public Question(string host)
        {
            Host = host;
            Place = new LinkedListNode<Question>(this);
        }

        public string Host { get; }

        public LinkedListNode<Question> Place { get; }

        // Whoever waits goes on elsewhere: the thread is for questions.
        public TaskCompletionSource<IPAddress[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
