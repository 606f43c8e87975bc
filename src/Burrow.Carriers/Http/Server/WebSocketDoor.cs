using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Burrow.Carriers.Http.Server;

/// <summary>Makes a carrier of a WebSocket (docs/protocol.md §8.1).</summary>
static class WebSocketDoor
{
    /// <returns>False: it is none, and not answered yet.</returns>
    public static async ValueTask<bool> ServeAsync(HttpContext context, Visit visit)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method)
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || !string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
            || request.Headers.SecWebSocketVersion != "13"
            || request.Headers.SecWebSocketKey.ToString() is not { Length: 24 } key) return false;

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = WebSocketUpgrade.Accept(key);
        var stream = await upgrade.UpgradeAsync();
        var socket = WebSocketUpgrade.Over(stream, isServer: true);
        var connection = new WebSocketConnection(socket, visit.Remote, static () => default);
        await visit.TakeAsync(new Carried(connection, SameUser: false, "ws", visit.Admit));
        return true;
    }
}
