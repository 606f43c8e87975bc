using System.Net;
using System.Net.WebSockets;

namespace Burrow.Carriers.Http;

/// <summary>A WebSocket as a connection (docs/protocol.md §8.1): binary messages whose boundaries mean nothing; a Close frame is the half-close.</summary>
/// <param name="socket">Owned.</param>
/// <param name="remote">For logs.</param>
/// <param name="release">Lets go what the WebSocket was made of.</param>
sealed class WebSocketConnection(WebSocket socket, EndPoint? remote, Func<ValueTask> release) : PulledConnection(remote)
{
    protected override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, AbortedToken);
            if (result.MessageType == WebSocketMessageType.Close) return 0;
            if (result.MessageType != WebSocketMessageType.Binary) throw new WebSocketException("a text message");
            if (result.Count > 0) return result.Count;
        }
    }

    protected override ValueTask SendAsync(ReadOnlyMemory<byte> buffer) => socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, AbortedToken);

    protected override ValueTask FinishAsync() => new(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, AbortedToken));

    protected override void AbortCore()
    {
        base.AbortCore();
        socket.Abort();
    }

    protected override ValueTask ReleaseAsync()
    {
        socket.Dispose();
        return release();
    }
}
