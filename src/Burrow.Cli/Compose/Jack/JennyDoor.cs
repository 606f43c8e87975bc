using System.Net;
using Burrow.Carriers;
using Burrow.Carriers.Modes.Hex;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Proxy;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Dials Jenny by all her ways, best first and soon the next beside it, through proxies where there are some, and puts the mode around the carrier that is up first.</summary>
/// <param name="urls">Ways to her, best first; a web carrier's are told apart (<see cref="CarrierUrl.Ways"/>).</param>
/// <param name="tls">Null when every carrier is authenticated by itself.</param>
/// <param name="proxies">What stands between.</param>
/// <param name="time">For overlapped dials.</param>
/// <param name="sources">Local addresses to dial from: for each of hers the first of its family. None: the system chooses.</param>
sealed class JennyDoor(IReadOnlyList<CarrierUrl> urls, TlsClient? tls, ProxySettings proxies, TimeProvider time, params IReadOnlyList<IPAddress> sources) : IJennyDoor
{
    // As long as the kernel needs for its third SYN.
    static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(8);

    // While the path may be back any moment, an attempt that can't be overlapped makes place for a fresh one; a streamed pair takes three seconds to find out that it is held back.
    static readonly TimeSpan PressingTimeout = TimeSpan.FromSeconds(4);
    static readonly TimeSpan TlsTimeout = TimeSpan.FromSeconds(5);

    // A way's start before the next is tried beside it, as between the addresses of one name (RFC 8305).
    static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    // Where one way has failed and another is silent, the attempt ends after this, so that the first gets its next turn.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    readonly Lock _gate = new();
    readonly WayTable _ways = new(urls.Count); // guarded by _gate
    readonly ProxyDialer _proxied = new(proxies, sources.Count == 0 ? null : new TcpDialer(time) { Sources = sources });
    readonly WayMemory? _memory; // guarded by _gate
    DoorResult _lastRefusal; // guarded by _gate

    /// <summary>What is known of the ways in this network from before; null: nothing.</summary>
    public WayMemory? Memory
    {
        init
        {
            _memory = value;
            if (value is not null) _ways.Remember(value.Recall());
        }
    }

    public string Name { get; } = (urls[0] with { Way = null }).ToString();

    public string NameOf(int way) => urls[way].ToString();

    public void Worked(int way)
    {
        lock (_gate)
        {
            _ways.Worked(way);
            _memory?.Note(way); // a line in a file, and only where another way worked before
        }
    }

    public void LedNowhere(int way)
    {
        lock (_gate) _ways.LedNowhere(way, Now);
    }

    public void Lost(int way, TimeSpan after)
    {
        lock (_gate) _ways.Lost(way, after, Now);
    }

    public void Forget()
    {
        lock (_gate)
        {
            _ways.Forget();
            if (_memory is not null) _ways.Remember(_memory.Recall());
        }
    }

    TimeSpan Now => time.GetElapsedTime(0);

    public async ValueTask<DoorResult> OpenAsync(Mode mode, bool pressing, CancellationToken stop, int better = int.MaxValue)
    {
        List<int> order;
        lock (_gate)
        {
            order = _ways.Order(Now);
            if (order.Count == 0) return _lastRefusal;
        }
        order.RemoveAll(way => way >= better);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = new List<Task<DoorResult>>();
        var failures = new List<DoorResult>();
        Task? enough = null;
        try
        {
            for (var next = 0; next < order.Count || running.Count > 0;)
            {
                if (next < order.Count) running.Add(OpenWayAsync(order[next++], mode, pressing, over.Token));
                if (next < order.Count) await Task.WhenAny([Task.Delay(Stagger, time, over.Token), .. running]);
                else if (failures.Count == 0) await Task.WhenAny(running);
                else await Task.WhenAny([enough ??= Task.Delay(Patience, time, over.Token), .. running]);

                // By rank, should two be there at once.
                foreach (var done in running.Where(task => task.IsCompleted).ToList())
                {
                    running.Remove(done);
                    var result = await done;
                    if (result.Connection is not null) return Chosen(result, failures);
                    failures.Add(result);
                    Note(result);
                }
                if (enough is { IsCompleted: true }) break;
            }
        }
        finally
        {
            await over.CancelAsync();
            foreach (var late in running) await DropAsync(late);
        }
        if (failures.Count == 0) return new(null, CarrierTrust.None, urls[0].Kind, new EndReason(EndPhase.Dial, EndSide.Local, EndCause.Stopped));
        // A credential that is refused on one way may be good on another (a captive portal, a proxy's password): it is the answer only when all say so.
        var best = failures.OrderBy(failure => failure.Failure!.Cause is EndCause.Credential ? 1 : 0).ThenBy(failure => failure.Way).First();
        return best with { Others = [.. failures.Where(failure => failure != best)] };
    }

    DoorResult Chosen(DoorResult result, List<DoorResult> failures)
    {
        lock (_gate)
        {
            foreach (var failure in failures) _ways.Blocked(failure.Way);
        }
        return failures.Count == 0 ? result : result with { Others = failures };
    }

    void Note(DoorResult result)
    {
        if (result.Failure is not { Phase: EndPhase.Dial, Cause: EndCause.Credential, Side: EndSide.Path }) return;
        lock (_gate)
        {
            _ways.RefusedUs(result.Way, Now);
            _lastRefusal = result;
        }
    }

    /// <summary>Whatever happens on one way is that way's failure, and the others' chance.</summary>
    async Task<DoorResult> OpenWayAsync(int way, Mode mode, bool pressing, CancellationToken stop)
    {
        try
        {
            return await TryWayAsync(way, mode, pressing, stop);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A proxy's token that is none comes out of the platform as what its reader threw.
            return new DoorResult(null, CarrierTrust.None, urls[way].Kind, new EndReason(EndPhase.Dial, EndSide.Path, EndCause.Failed, $"{urls[way]}: {e.Message}")) with { Way = way };
        }
    }

    async Task<DoorResult> TryWayAsync(int way, Mode mode, bool pressing, CancellationToken stop)
    {
        var url = urls[way];
        var proxy = url.Target is { } target ? proxies.For(url.Scheme, target) : null;
        var kind = proxy is null ? url.Kind : $"{url.Kind} through {proxy}";
        // A proxy counts tries, and answers quickly or not at all; a web server counts requests: one at a time.
        var timeout = pressing ? PressingTimeout : DialTimeout;
        var (dialled, failure) = url.IsWeb ? await CarrierRegistry.DialAsync(url, proxies, timeout, sources, stop)
            : proxy is not null ? await DialAsync(proxy, url, timeout, stop)
            : pressing ? await OverlappedDial.DialAsync(token => DialAsync(url, token), RedialPolicy.Quick, DialTimeout, time, stop)
            : await DialAsync(url, stop);
        var result = dialled is { } carried
            ? await WrapAsync(url, carried, kind, mode, stop)
            : new DoorResult(null, CarrierTrust.None, kind, failure);
        return result with { Way = way };
    }

    async ValueTask<DoorResult> WrapAsync(CarrierUrl url, Carried carried, string kind, Mode mode, CancellationToken stop)
    {
        var carrier = carried.Connection;
        if (carried.SameUser) return new(carrier, CarrierTrust.Carrier, kind, null);
        switch (mode)
        {
            case Mode.Plaintext:
                return new(carrier, CarrierTrust.None, kind, null);
            case Mode.Obfuscated:
                return new(new HexConnection(carrier), CarrierTrust.None, kind, null);
            default:
                if (tls is null) return await NoKeyAsync(url, carrier);
                await using (time.CreateTimer(static late => ((Connection)late!).Abort(Slow), carrier, TlsTimeout, Timeout.InfiniteTimeSpan))
                await using (stop.Register(() => carrier.Abort(EndReason.Stopped)))
                {
                    var (connection, refusal) = await tls.ConnectAsync(carrier);
                    if (connection is null) await carrier.DisposeAsync();
                    return new(connection, CarrierTrust.Tls, kind, refusal);
                }
        }
    }

    ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, CancellationToken stop) => CarrierRegistry.DialAsync(url, proxies, DialTimeout, sources, stop);

    async ValueTask<CarrierResult<Carried?>> DialAsync(ProxyServer proxy, CarrierUrl url, TimeSpan timeout, CancellationToken stop)
    {
        var result = await _proxied.DialAsync(proxy, url.Target!, timeout, stop);
        return result.Succeeded ? new(new Carried(result.Connection, SameUser: false), null) : new(null, result.Failure);
    }

    static async Task DropAsync(Task<DoorResult> late)
    {
        var result = await late;
        if (result.Connection is not { } connection) return;
        connection.Abort(EndReason.Stopped);
        await connection.DisposeAsync();
    }

    static async ValueTask<DoorResult> NoKeyAsync(CarrierUrl url, Connection carrier)
    {
        await carrier.DisposeAsync();
        return new(null, CarrierTrust.None, url.Kind, new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Credential, $"{url} belongs to another user, and there is no secret or identity to prove who it is"));
    }

    static readonly EndReason Slow = new(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut, "no answer to the TLS handshake");
}
