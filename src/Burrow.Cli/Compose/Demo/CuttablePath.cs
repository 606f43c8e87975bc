using System.Net;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;

namespace Burrow.Cli.Compose.Demo;

/// <summary>The path between Jack and Jenny, as a relay in this process that can be cut in all the ways in which real paths fail.</summary>
/// <remarks>Thread-safe but for <see cref="CutAsync"/> and <see cref="DisposeAsync"/>, which are called by one, one after the other.</remarks>
sealed class CuttablePath : IAsyncDisposable
{
    /// <summary>How long an <see cref="CutKind.Outage"/> lasts.</summary>
    public static readonly TimeSpan OutageTime = TimeSpan.FromSeconds(2);

    static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);
    static readonly EndReason Cut = new(EndPhase.Relay, EndSide.Path, EndCause.Reset, "cut");

    readonly Target _jenny;
    readonly Pace _pace;
    readonly Lock _gate = new();
    readonly List<(PathCarrier Carrier, Task Running)> _carriers = []; // guarded by _gate
    TaskCompletionSource _carrying = New(); // guarded by _gate
    ListenerInbound? _listener;
    int _cuts; // guarded by _gate

    CuttablePath(Target jenny, double bytesPerSecond) => (_jenny, _pace) = (jenny, new Pace(bytesPerSecond));

    /// <summary>Where Jack finds Jenny.</summary>
    public Target Front { get; private set; } = new(IPAddress.Loopback.ToString(), 0);

    /// <summary>Opens a path.</summary>
    /// <param name="jenny">Where it leads.</param>
    /// <param name="bytesPerSecond">How fast bytes come from there; the other way is free.</param>
    /// <exception cref="IOException">There is no port to be had.</exception>
    public static async Task<CuttablePath> OpenAsync(Target jenny, double bytesPerSecond)
    {
        var path = new CuttablePath(jenny, bytesPerSecond);
        await path.ListenAsync();
        return path;
    }

    /// <summary>Cuts what there is now.</summary>
    /// <returns>Completes when a carrier that was dialled afterwards has carried more than a handshake.</returns>
    public async Task<Task> CutAsync(CutKind kind)
    {
        List<PathCarrier> carriers;
        Task carrying;
        lock (_gate)
        {
            _cuts++;
            _carriers.RemoveAll(known => known.Running.IsCompleted);
            carriers = _carriers.ConvertAll(known => known.Carrier);
            carrying = (_carrying = New()).Task;
        }
        if (kind == CutKind.Outage) await StopListeningAsync();
        foreach (var carrier in carriers)
        {
            switch (kind)
            {
                case CutKind.Close:
                    await carrier.CloseAsync();
                    break;
                case CutKind.Silence:
                    carrier.Silence();
                    break;
                default:
                    carrier.Abort(Cut);
                    break;
            }
        }
        if (kind != CutKind.Outage) return carrying;
        await Task.Delay(OutageTime);
        await ListenAsync();
        return carrying;
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        List<(PathCarrier Carrier, Task Running)> carriers;
        lock (_gate) carriers = [.. _carriers];
        foreach (var (carrier, _) in carriers) carrier.Abort(EndReason.Stopped);
        await Task.WhenAll(carriers.Select(known => known.Running));
    }

    async Task ListenAsync()
    {
        var result = await TcpBinder.BindAsync(Front);
        if (!result.Succeeded) throw new IOException($"no port for the path: {result.Failure}");
        _listener = result.Listener;
        Front = Front with { Port = _listener.Port };
        _listener.Start(Accepted);
    }

    async ValueTask StopListeningAsync()
    {
        if (_listener is { } listener) await listener.DisposeAsync();
        _listener = null;
    }

    void Accepted(Connection jack)
    {
        lock (_gate)
        {
            var cuts = _cuts;
            var carrier = new PathCarrier(jack, _pace, () => Carrying(cuts));
            _carriers.Add((carrier, Task.Run(() => CarryAsync(carrier))));
        }
    }

    async Task CarryAsync(PathCarrier carrier)
    {
        var dialled = await TcpDialer.Default.DialAsync(_jenny, DialTimeout, permit: null, CancellationToken.None);
        await carrier.RunAsync(dialled);
    }

    void Carrying(int cuts)
    {
        lock (_gate)
        {
            if (cuts == _cuts) _carrying.TrySetResult();
        }
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
