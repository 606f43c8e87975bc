using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Burrow.Carriers.Http;

/// <summary>What both ends of an upgrade have in common (RFC 6455 4).</summary>
static class WebSocketUpgrade
{
    // RFC 6455 1.3.
    const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The answer to a client's key.</summary>
    public static string Accept(string key)
    {
#pragma warning disable CA5350 // no secret: RFC 6455 asks for it as a proof that a WebSocket server answered
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Magic)));
#pragma warning restore CA5350
    }

    /// <summary>A client's key: 16 random bytes.</summary>
    public static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    /// <summary>No pings of WebSocket's own: the session asks for signs of life itself.</summary>
    public static WebSocket Over(Stream stream, bool isServer) =>
        WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = isServer, KeepAliveInterval = Timeout.InfiniteTimeSpan });
}
