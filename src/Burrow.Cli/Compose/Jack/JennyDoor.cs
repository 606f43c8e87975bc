using System.Net;
using Burrow.Carriers;
using Burrow.Carriers.Modes.Hex;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Proxy;
using Burrow.Core;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Dials Jenny by her URLs, in turn, and puts the mode around the carrier.</summary>
/// <param name="urls">Ways to her. The first is tried first; after that each attempt takes the next one, because nobody knows which of them still works.</param>
/// <param name="tls">Null when every carrier is authenticated by itself.</param>
/// <param name="time">For overlapped dials.</param>
/// <param name="bind">The local address to dial from; null: the system chooses.</param>
sealed class JennyDoor(IReadOnlyList<CarrierUrl> urls, TlsClient? tls, TimeProvider time, IPAddress? bind = null) : IJennyDoor
{
    // As long as the kernel needs for its third SYN; then it is the next URL's turn.
    static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(8);
    static readonly TimeSpan TlsTimeout = TimeSpan.FromSeconds(5);

    static readonly ProxySettings Proxies = ProxySettings.FromEnvironment(out _);

    int _turn = -1;

    public string Name => urls[0].ToString();

    public async ValueTask<DoorResult> OpenAsync(Mode mode, bool pressing, CancellationToken stop)
    {
        var url = urls[(Interlocked.Increment(ref _turn) & int.MaxValue) % urls.Count];
        var (dialled, failure) = pressing
            ? await OverlappedDial.DialAsync(token => DialAsync(url, token), RedialPolicy.Quick, DialTimeout, time, stop)
            : await DialAsync(url, stop);
        if (dialled is not { } carried) return new(null, CarrierTrust.None, url.Kind, failure);
        var carrier = carried.Connection;
        if (carried.SameUser) return new(carrier, CarrierTrust.Carrier, url.Kind, null);
        switch (mode)
        {
            case Mode.Plaintext:
                return new(carrier, CarrierTrust.None, url.Kind, null);
            case Mode.Obfuscated:
                return new(new HexConnection(carrier), CarrierTrust.None, url.Kind, null);
            default:
                if (tls is null) return await NoKeyAsync(url, carrier);
                await using (time.CreateTimer(static late => ((Connection)late!).Abort(Slow), carrier, TlsTimeout, Timeout.InfiniteTimeSpan))
                await using (stop.Register(() => carrier.Abort(EndReason.Stopped)))
                {
                    var (connection, refusal) = await tls.ConnectAsync(carrier);
                    if (connection is null) await carrier.DisposeAsync();
                    return new(connection, CarrierTrust.Tls, url.Kind, refusal);
                }
        }
    }

    ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, CancellationToken stop) => CarrierRegistry.DialAsync(url, Proxies, DialTimeout, bind, stop);

    static async ValueTask<DoorResult> NoKeyAsync(CarrierUrl url, Connection carrier)
    {
        await carrier.DisposeAsync();
        return new(null, CarrierTrust.None, url.Kind, new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Credential, $"{url} belongs to another user, and there is no secret or identity to prove who it is"));
    }

    static readonly EndReason Slow = new(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut, "no answer to the TLS handshake");
}
