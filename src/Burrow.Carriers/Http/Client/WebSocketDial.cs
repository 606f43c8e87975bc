using System.Net;
using System.Net.Http.Headers;
using Burrow.Core;

namespace Burrow.Carriers.Http.Client;

/// <summary>
/// Jack's WebSocket (docs/protocol.md §8.1). It is an ordinary request with an Upgrade, so that a proxy that lets plain HTTP pass alone sees it in absolute form: the platform's own client
/// would ask it for a CONNECT.
/// </summary>
static class WebSocketDial
{
    public static async Task<DialResult> DialAsync(WebClient client, CancellationToken stop)
    {
        var key = WebSocketUpgrade.NewKey();
        var request = client.Make(new WebRoute(RouteKind.WebSocket, CarrierId.New()));
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        var response = await client.SendAsync(request, stop);
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            var failure = WebFailure.Of(response, client.Url, (int)response.StatusCode < 400 || response.StatusCode == HttpStatusCode.NotFound ? ": the Upgrade header was removed on the way, or no Jenny is there" : null);
            response.Dispose();
            return DialResult.Failed(failure);
        }
        if (!response.Headers.TryGetValues("Sec-WebSocket-Accept", out var accept) || !accept.Contains(WebSocketUpgrade.Accept(key), StringComparer.Ordinal))
        {
            response.Dispose();
            return DialResult.Failed(new EndReason(EndPhase.Dial, EndSide.Path, EndCause.Protocol, $"{client.Url}: an upgrade that is no WebSocket's"));
        }
        var socket = WebSocketUpgrade.Over(await response.Content.ReadAsStreamAsync(stop), isServer: false);
        return DialResult.Success(new WebSocketConnection(socket, client.Remote, () =>
        {
            response.Dispose();
            client.Dispose();
            return default;
        }));
    }
}
