using System.Net.Sockets;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Carriers;

/// <summary>The accept loop's half that touches the socket. One accept at a time.</summary>
sealed class SocketListener : ICarrierListener
{
    readonly Socket _socket;
    readonly Func<Socket, Carried> _wrap;
    readonly Action? _closed;
    readonly AcceptTrouble _trouble;
    volatile bool _disposed;

    /// <param name="socket">Listening; owned from now on.</param>
    /// <param name="address">Where, with the port that was bound.</param>
    /// <param name="wrap">Makes a carrier of an accepted socket.</param>
    /// <param name="closed">Runs after the socket is closed.</param>
    public SocketListener(Socket socket, CarrierUrl address, Func<Socket, Carried> wrap, Action? closed = null)
    {
        (_socket, Address, _wrap, _closed) = (socket, address, wrap, closed);
        _trouble = new AcceptTrouble(DescriptorShare.Tunnel, () => _disposed, TimeProvider.System, reason => Paused?.Invoke(reason), () => Resumed?.Invoke());
    }

    public CarrierUrl Address { get; }

    public Action<EndReason>? Paused { get; set; }

    public Action? Resumed { get; set; }

    public async ValueTask<Carried?> AcceptAsync()
    {
        while (!_disposed)
        {
            try
            {
                var client = await _socket.AcceptAsync();
                if (await _trouble.AcceptedAsync(client)) return _wrap(client);
                client.Dispose();
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e)
            {
                if (_disposed) return null;
                if (!await _trouble.OverAsync(e.SocketErrorCode) && !_disposed) throw; // not closed by us: whoever waits here must not take it for a stop
            }
        }
        return null;
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed) return default;
        _disposed = true;
        _socket.Dispose();
        _closed?.Invoke();
        return default;
    }
}
