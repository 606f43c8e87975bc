using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Burrow.Carriers.Http.Server;

/// <summary>What Kestrel takes for its listening socket: connections come from the port, which has told them apart by their first byte.</summary>
sealed class PortTransport : IConnectionListenerFactory, IConnectionListener
{
    // As long as a listening socket's queue: Kestrel accepts at once, so that it stays empty.
    readonly Channel<ConnectionContext> _arrived = Channel.CreateBounded<ConnectionContext>(512);

    /// <summary>Only a name: nothing is bound.</summary>
    public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.None, 0);

    public ValueTask AddAsync(ConnectionContext connection) => _arrived.Writer.WriteAsync(connection);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _arrived.Reader.WaitToReadAsync(cancellationToken) && _arrived.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _arrived.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
