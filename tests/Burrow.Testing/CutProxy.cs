using System.Net;
using System.Net.Sockets;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Testing;

/// <summary>Which way through a <see cref="CutProxy"/>.</summary>
[Flags]
public enum Way
{
    None = 0,

    /// <summary>From who connected to the proxy to the target.</summary>
    Up = 1,

    /// <summary>From the target to who connected.</summary>
    Down = 2,

    Both = Up | Down,
}

/// <summary>A TCP path on loopback that misbehaves on command: a real proxy with real sockets, for tests of whole programs.</summary>
/// <remarks>Commands apply at once to all connections that exist; silence and delay also to those that come later. Thread-safe.</remarks>
public sealed class CutProxy : IAsyncDisposable
{
    static readonly EndReason ByTest = new(EndPhase.Relay, EndSide.Path, EndCause.Reset, "cut by the test");

    readonly Lock _lock = new();
    readonly HashSet<CutProxyPath> _paths = [];
    readonly List<Task> _running = [];
    readonly IPEndPoint _target;
    readonly int _port;
    Socket? _listener;
    Task _accepting = Task.CompletedTask;
    Way _silent;
    TimeSpan _delay;
    long _up;
    long _down;
    int _accepted;
    bool _over; // guarded by _lock

    public CutProxy(IPEndPoint target, int port = 0)
    {
        _target = target;
        Listen(port);
        _port = ((IPEndPoint)_listener!.LocalEndPoint!).Port;
        EndPoint = new IPEndPoint(IPAddress.Loopback, _port);
    }

    /// <summary>Where to connect; it stays the same over <see cref="StopAccepting"/> and <see cref="StartAccepting"/>.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Bytes that were passed on so far, over all connections.</summary>
    public long BytesUp => Interlocked.Read(ref _up);

    /// <inheritdoc cref="BytesUp"/>
    public long BytesDown => Interlocked.Read(ref _down);

    /// <summary>How many connections were accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections there are now.</summary>
    public int Live
    {
        get
        {
            lock (_lock) return _paths.Count;
        }
    }

    internal TimeSpan Delay
    {
        get
        {
            lock (_lock) return _delay;
        }
    }

    /// <summary>Both ends of every connection get an RST.</summary>
    public void Reset() => ForAll(p => p.Reset(ByTest));

    /// <summary>Both ends of every connection get a FIN, and what they send from then on is dropped.</summary>
    public async Task CloseAsync()
    {
        CutProxyPath[] paths;
        lock (_lock) paths = [.. _paths];
        foreach (var path in paths) await path.CloseAsync();
    }

    /// <summary>Nothing passes that way any more, on any connection, until <see cref="Resume"/>. Bytes wait in the proxy and in the kernels; none is lost. <see cref="Way.None"/> ends all silence.</summary>
    public void Silence(Way way)
    {
        lock (_lock) _silent = way;
        ForAll(p => p.Silence(way));
    }

    /// <summary>Everything flows again, except on connections that were forgotten.</summary>
    public void Resume() => Silence(Way.None);

    /// <summary>As a NAT that lost its table: on the connections that exist nothing ever passes again, without a sign; new ones work.</summary>
    public void Forget() => ForAll(p => p.Forget());

    /// <summary>New connections are refused.</summary>
    public void StopAccepting()
    {
        lock (_lock)
        {
            _listener?.Dispose();
            _listener = null;
        }
    }

    /// <summary>New connections are accepted again, on the same port.</summary>
    public void StartAccepting()
    {
        lock (_lock)
        {
            if (_listener is null) Listen(_port);
        }
    }

    /// <summary>From now on every piece takes this long, each way.</summary>
    public void SetDelay(TimeSpan oneWay)
    {
        lock (_lock) _delay = oneWay;
    }

    public async ValueTask DisposeAsync()
    {
        StopAccepting();
        await _accepting;
        Task[] running;
        lock (_lock)
        {
            _over = true;
            running = [.. _running];
        }
        ForAll(p => p.Reset(ByTest));
        await Task.WhenAll(running);
    }

    internal void Count(Way way, int bytes)
    {
        if (way == Way.Up) Interlocked.Add(ref _up, bytes);
        else Interlocked.Add(ref _down, bytes);
    }

    void Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketTuning.ReuseAddressAsServersDo(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        _listener = listener;
        var before = _accepting;
        _accepting = Task.Run(async () =>
        {
            await before;
            await AcceptAsync(listener);
        });
    }

    async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            Interlocked.Increment(ref _accepted);
            lock (_lock) _running.Add(Task.Run(() => RunAsync(client)));
        }
    }

    async Task RunAsync(Socket client)
    {
        var near = new SocketConnection(client);
        var dialled = await TcpDialer.Default.DialAsync(Target.From(_target), TimeSpan.FromSeconds(10), null, CancellationToken.None);
        if (!dialled.Succeeded)
        {
            near.Abort(dialled.Failure);
            await near.DisposeAsync();
            return;
        }
        var path = new CutProxyPath(this, near, dialled.Connection);
        lock (_lock)
        {
            _paths.Add(path);
            path.Silence(_silent);
            if (_over) path.Reset(ByTest); // whoever resets them all did not know this one yet
        }
        await path.RunAsync();
        lock (_lock) _paths.Remove(path);
    }

    void ForAll(Action<CutProxyPath> action)
    {
        CutProxyPath[] paths;
        lock (_lock) paths = [.. _paths];
        foreach (var path in paths) action(path);
    }
}
