using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Burrow.Endpoints.Inbounds.Listener;

/// <summary>Accepts one client after another without allocation, and with codes rather than exceptions for errors.</summary>
internal sealed class AcceptOperation() : SocketAsyncEventArgs(true), IValueTaskSource<SocketError>
{
    ManualResetValueTaskSourceCore<SocketError> _source;

    /// <summary>Completes with the outcome; on success <see cref="SocketAsyncEventArgs.AcceptSocket"/> is the client.</summary>
    public ValueTask<SocketError> AcceptAsync(Socket listener)
    {
        AcceptSocket = null;
        _source.Reset();
        return listener.AcceptAsync(this) ? new ValueTask<SocketError>(this, _source.Version) : new ValueTask<SocketError>(SocketError);
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => _source.SetResult(SocketError);

    public SocketError GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
