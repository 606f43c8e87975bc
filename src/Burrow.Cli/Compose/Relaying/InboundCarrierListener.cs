using System.Threading.Channels;
using Burrow.Carriers;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Listener;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Lets a carrier port accept from a listener that was bound as the relay tools bind.</summary>
sealed class InboundCarrierListener : ICarrierListener
{
    // The port takes each at once; this only joins several sockets.
    const int MostWaiting = 64;

    readonly ListenerInbound _listener;
    readonly Channel<Connection> _accepted = Channel.CreateBounded<Connection>(MostWaiting);

    /// <param name="listener">Bound; started here.</param>
    /// <param name="accepted">Sees each connection first.</param>
    public InboundCarrierListener(ListenerInbound listener, Action<Connection>? accepted = null)
    {
        _listener = listener;
        listener.Start(connection =>
        {
            accepted?.Invoke(connection);
            if (!_accepted.Writer.TryWrite(connection)) connection.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Busy));
        });
        _ = listener.Over.ContinueWith(_ => _accepted.Writer.TryComplete(), TaskScheduler.Default);
    }

    public CarrierUrl Address => CarrierUrl.TryParse($"tcp://*:{_listener.Port}", out var url, out _) ? url : throw new InvalidOperationException("a port that was bound is a port");

    /// <summary>Never called: the listener itself says in the log when accepting stops working.</summary>
    public Action<EndReason>? Paused { get; set; }

    /// <inheritdoc cref="Paused"/>
    public Action? Resumed { get; set; }

    public async ValueTask<Carried?> AcceptAsync()
    {
        while (await _accepted.Reader.WaitToReadAsync())
            if (_accepted.Reader.TryRead(out var connection)) return new Carried(connection, SameUser: false);
        return null;
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
