using System.Net;
using System.Net.Sockets;
using Burrow.Bench.Load;

namespace Burrow.Bench.Survival;

/// <summary>A stream that goes up without end, so that the tunnel has something to send when its path fails.</summary>
internal sealed class Uploader : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public Uploader(IPEndPoint through)
    {
        _socket.Connect(through);
        _socket.Send([LoadServer.Sink]);
        new Thread(Write) { IsBackground = true, Name = "upload" }.Start();
    }

    public void Dispose() => _socket.Dispose();

    void Write()
    {
        var chunk = new byte[64 * 1024];
        try
        {
            while (_socket.Send(chunk) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The stream that comes down (ArrivalClock) reports it.
        }
    }
}
