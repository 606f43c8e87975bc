using System.Net;
using Burrow.Carriers.Proxy;
using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>The ways to carry a session by HTTP, best first.</summary>
public enum WebWay
{
    /// <summary>One upgraded connection.</summary>
    WebSocket,

    /// <summary>A long request up, a long answer down.</summary>
    Streaming,

    /// <summary>Requests and answers of bounded size.</summary>
    Cycles,
}

/// <summary>Dials Jenny by HTTP, in one way.</summary>
/// <param name="way">The way.</param>
/// <param name="settings">Through which proxy, and what is said to it.</param>
public sealed class WebCarrier(WebWay way, ProxySettings settings) : ICarrier
{
    public string Scheme => "http";

    /// <summary>The way's name in logs, status and on the command line.</summary>
    public static string NameOf(WebWay way) => way switch
    {
        WebWay.WebSocket => "ws",
        WebWay.Streaming => "http",
        _ => "cycles",
    };

    public async ValueTask<CarrierResult<Carried?>> DialAsync(CarrierUrl url, TimeSpan timeout, IReadOnlyList<IPAddress> sources, CancellationToken stop)
    {
        var client = new WebClient(url, settings, timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        either.CancelAfter(timeout);
        DialResult result;
        try
        {
            result = await DialAsync(client, either.Token);
        }
        catch (Exception e) when (PulledConnection.IsExpected(e))
        {
            result = DialResult.Failed(WebFailure.Of(e, url, either.IsCancellationRequested, stop));
        }
        if (result.Succeeded) return new(new Carried(result.Connection, SameUser: false, NameOf(way)), null);
        client.Dispose();
        return new(null, result.Failure);
    }

    public ValueTask<CarrierResult<ICarrierListener>> ListenAsync(CarrierUrl url) =>
        new(new CarrierResult<ICarrierListener>(null, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.Failed, $"{url}: Jenny listens on tcp://, and answers HTTP there")));

    Task<DialResult> DialAsync(WebClient client, CancellationToken stop) => way switch
    {
        WebWay.WebSocket => WebSocketDial.DialAsync(client, stop),
        WebWay.Streaming => StreamDial.DialAsync(client, stop),
        _ => CycleDial.DialAsync(client, stop),
    };
}
