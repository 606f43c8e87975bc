using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>One connect to one address. Refusals are codes, not exceptions.</summary>
internal sealed class ConnectAttempt : IDisposable
{
    readonly Socket? _socket;
    readonly TaskCompletionSource<SocketError> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool _taken;

    ConnectAttempt(EndPoint endPoint, Socket? socket)
    {
        EndPoint = endPoint;
        _socket = socket;
    }

    public EndPoint EndPoint { get; }

    /// <summary>Completes with the outcome; never faults.</summary>
    public Task<SocketError> Outcome => _done.Task;

    public static ConnectAttempt Start(EndPoint endPoint, IPAddress? bind)
    {
        Socket? socket = null;
        try
        {
            socket = endPoint.AddressFamily == AddressFamily.Unix
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (bind is not null && bind.AddressFamily == endPoint.AddressFamily)
            {
                SocketTuning.BindAddressOnly(socket);
                socket.Bind(new IPEndPoint(bind, 0));
            }
            var attempt = new ConnectAttempt(endPoint, socket);
            attempt.Begin(socket);
            return attempt;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            var failed = new ConnectAttempt(endPoint, null);
            failed._done.SetResult(e.SocketErrorCode);
            return failed;
        }
    }

    /// <summary>The connected socket; from now on the caller owns it.</summary>
    public Socket Take()
    {
        _taken = true;
        return _socket!;
    }

    /// <summary>Closes the socket, which also ends a connect that is under way, unless it was taken.</summary>
    public void Dispose()
    {
        if (!_taken) _socket?.Close(0);
    }

    void Begin(Socket socket)
    {
        var operation = new SocketAsyncEventArgs(true) { RemoteEndPoint = EndPoint };
        operation.Completed += (_, args) => Finish(args);
        if (!socket.ConnectAsync(operation)) Finish(operation);
    }

    void Finish(SocketAsyncEventArgs operation)
    {
        var error = operation.SocketError;
        operation.Dispose();
        _done.SetResult(error == SocketError.Success && IsConnectedToItself() ? SocketError.ConnectionRefused : error);
    }

    // A connect to a port of our own machine that nobody listens on may draw that very port as its source: TCP's simultaneous open then
    // connects the socket to itself, and a relay would echo for ever. It is a refusal that was missed (about 1 in 28,000 on Linux).
    bool IsConnectedToItself()
    {
        try
        {
            return _socket is { LocalEndPoint: IPEndPoint local, RemoteEndPoint: IPEndPoint remote } && local.Equals(remote);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
