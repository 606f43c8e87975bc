using System.Net.Sockets;

namespace Burrow.Carriers;

/// <summary>The accept loop's half that touches the socket. One accept at a time.</summary>
/// <param name="wrap">Makes a carrier of an accepted socket.</param>
/// <param name="closed">Runs after the socket is closed.</param>
sealed class SocketListener(Socket socket, CarrierUrl address, Func<Socket, Carried> wrap, Action? closed = null) : ICarrierListener
{
    /// <summary>When descriptors or memory ran out, accepting again at once would only spin.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    volatile bool _disposed;

    public CarrierUrl Address => address;

    public async ValueTask<Carried?> AcceptAsync()
    {
        while (!_disposed)
        {
            try
            {
                return wrap(await socket.AcceptAsync());
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (!_disposed)
            {
                if (e.SocketErrorCode is not (SocketError.ConnectionAborted or SocketError.ConnectionReset)) await Task.Delay(Pause);
            }
            catch (SocketException)
            {
                return null;
            }
        }
        return null;
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed) return default;
        _disposed = true;
        socket.Dispose();
        closed?.Invoke();
        return default;
    }
}
