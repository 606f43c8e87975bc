using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Burrow.Core.Sockets;

/// <summary>A connect whose errors are codes, and whose continuation runs where the completion arrives: as for <see cref="SocketOperation"/>, nothing that awaits it may block.</summary>
internal sealed class ConnectOperation() : SocketAsyncEventArgs(true), IValueTaskSource<SocketError>
{
    ManualResetValueTaskSourceCore<SocketError> _source;

    /// <summary>Connects to <see cref="SocketAsyncEventArgs.RemoteEndPoint"/>. Once.</summary>
    public ValueTask<SocketError> ConnectAsync(Socket socket) =>
        socket.ConnectAsync(this) ? new ValueTask<SocketError>(this, _source.Version) : new ValueTask<SocketError>(SocketError);

    protected override void OnCompleted(SocketAsyncEventArgs e) => _source.SetResult(SocketError);

    public SocketError GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
