using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Burrow.Core.Sockets;

/// <summary>
/// A socket operation that is awaited without allocation and whose errors are codes: a reset costs no exception. One object serves one direction of a connection,
/// one operation after another.
/// </summary>
/// <remarks>
/// Continuations run where the completion arrives (the epoll thread, when the process runs with inline completions), so nothing that awaits may block.
/// </remarks>
internal sealed class SocketOperation : SocketAsyncEventArgs, IValueTaskSource, IValueTaskSource<bool>
{
    readonly SocketConnection _owner;
    ManualResetValueTaskSourceCore<bool> _source;

    // The execution context would be captured for each operation, and nobody here reads one.
    public SocketOperation(SocketConnection owner)
        : base(true) => _owner = owner;

    /// <summary>Completes when the socket has bytes, an end or an error. No buffer is held meanwhile.</summary>
    public ValueTask WaitReadableAsync(Socket socket)
    {
        _source.Reset();
        if (socket.ReceiveAsync(this)) return new ValueTask(this, _source.Version);
        Judge();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends all of the buffer; false after an error, which the owner has recorded.</summary>
    public ValueTask<bool> SendAsync(Socket socket, ReadOnlyMemory<byte> buffer)
    {
        _source.Reset();
        SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer));
        return socket.SendAsync(this) ? new ValueTask<bool>(this, _source.Version) : new ValueTask<bool>(Judge());
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => _source.SetResult(Judge());

    public bool GetResult(short token) => _source.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    bool Judge()
    {
        if (LastOperation == SocketAsyncOperation.Send) SetBuffer(default); // don't keep the caller's memory alive
        if (SocketError == SocketError.Success) return true;
        _owner.Fail(SocketError);
        return false;
    }
}
