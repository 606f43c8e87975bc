using System.Net;
using Burrow.Carriers.Http.Client;
using Burrow.Carriers.Proxy;
using Burrow.Core;

namespace Burrow.Carriers;

/// <summary>A connection that carries, and whether the carrier itself has shown whose it is.</summary>
/// <param name="Connection">Owned by whoever holds this.</param>
/// <param name="SameUser">The kernel vouches that the other end runs under our own uid (docs/protocol.md §3.1: authenticated itself).</param>
/// <param name="Kind">What carries, for logs and status.</param>
/// <param name="Admitted">Runs when somebody on it has proved who it is; null when nothing waits for that.</param>
public readonly record struct Carried(Connection Connection, bool SameUser, string Kind = "tcp", Action? Admitted = null);

/// <summary>What came of dialling or listening: one of the two is null.</summary>
public readonly record struct CarrierResult<T>(T? Value, EndReason? Failure);

/// <summary>One kind of carrier. Nothing above it knows which kind it is.</summary>
public interface ICarrier
{
    string Scheme { get; }

    /// <summary>Connects. A failure is a result, also when <paramref name="stop"/> is cancelled.</summary>
    /// <param name="sources">Local addresses to dial from: for each of the target's the first of its family. Empty: the system chooses. Ignored where there are none.</param>
    ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, TimeSpan timeout, IReadOnlyList<IPAddress> sources, CancellationToken stop);

    /// <summary>Listens. A failure is a result.</summary>
    ValueTask<CarrierResult<ICarrierListener>> ListenAsync(CarrierUrl url);
}

/// <summary>Accepts carriers until it is disposed.</summary>
public interface ICarrierListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the port that was bound.</summary>
    CarrierUrl Address { get; }

    /// <summary>Told once when accepting stops working (no descriptors, no memory); it is tried again and again. Set before the first accept.</summary>
    Action<EndReason>? Paused { get; set; }

    /// <summary>Told once when it works again.</summary>
    Action? Resumed { get; set; }

    /// <summary>The next one, or null after disposal. What goes wrong with a single client is not seen here.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">Nothing can ever be accepted here again.</exception>
    ValueTask<Carried?> AcceptAsync();
}

/// <summary>Every carrier there is, by hand.</summary>
public static class CarrierRegistry
{
    static readonly ICarrier[] All = [new Tcp.TcpCarrier(), new Unix.UnixCarrier()];

    /// <summary>The schemes, for messages.</summary>
    public static string Available { get; } = string.Join(", ", [.. All.Select(carrier => carrier.Scheme), .. CarrierUrl.Web]);

    /// <summary>The carrier of a URL that <see cref="CarrierUrl.TryParse"/> has accepted.</summary>
    /// <param name="proxies">What web carriers go through and say of themselves; null: directly.</param>
    public static ICarrier For(CarrierUrl url, ProxySettings? proxies = null) =>
        url.IsWeb ? new WebCarrier(url.Way ?? url.Ways(only: null)[0].Way!.Value, proxies ?? ProxySettings.None) : All.First(carrier => carrier.Scheme == url.Scheme);

    /// <summary>Dials by the carrier of that URL.</summary>
    public static ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, ProxySettings proxies, TimeSpan timeout, IReadOnlyList<IPAddress> sources, CancellationToken stop) =>
        For(url, proxies).DialAsync(url, timeout, sources, stop);
}
