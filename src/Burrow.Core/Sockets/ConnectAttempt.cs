using System.Net;
using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>One connect to one address. Refusals are codes, not exceptions.</summary>
/// <remarks>Whoever awaits it goes on where the completion arrives: there is no switch of threads between a target's answer and the first byte for it.</remarks>
internal sealed class ConnectAttempt : IDisposable
{
    const int Running = 0, Taken = 1, GivenUp = 2;

    readonly Socket? _socket;
    readonly SocketError _failure; // before there was anything to wait for
    int _state;

    ConnectAttempt(EndPoint endPoint, Socket? socket, SocketError failure = SocketError.Success)
    {
        (EndPoint, _socket, _failure) = (endPoint, socket, failure);
    }

    public EndPoint EndPoint { get; }

    public static ConnectAttempt Create(EndPoint endPoint, IPAddress? bind, DescriptorShare share)
    {
        Socket? socket = null;
        try
        {
            socket = endPoint.AddressFamily == AddressFamily.Unix
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (DescriptorLimit.IsBeyond(socket.SafeHandle, share))
            {
                socket.Dispose();
                return new ConnectAttempt(endPoint, null, SocketError.TooManyOpenSockets);
            }
            if (bind is not null && bind.AddressFamily == endPoint.AddressFamily)
            {
                SocketTuning.BindAddressOnly(socket);
                socket.Bind(new IPEndPoint(bind, 0));
            }
            return new ConnectAttempt(endPoint, socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return new ConnectAttempt(endPoint, null, e.SocketErrorCode);
        }
    }

    /// <summary>Connects. To be called once; never faults.</summary>
    public async ValueTask<SocketError> ConnectAsync()
    {
        if (_socket is null) return _failure;
        using var operation = new ConnectOperation { RemoteEndPoint = EndPoint };
        try
        {
            var error = await operation.ConnectAsync(_socket);
            return error == SocketError.Success && IsConnectedToItself(_socket) ? SocketError.ConnectionRefused : error;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted; // given up before it began
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <summary>The connected socket, which the caller owns from now on.</summary>
    /// <returns>False when it was given up in this very moment, and is closed.</returns>
    public bool TryTake(out SocketConnection connection)
    {
        var isTaken = Interlocked.CompareExchange(ref _state, Taken, Running) == Running;
        connection = isTaken ? new SocketConnection(_socket!, EndPoint) : null!;
        return isTaken;
    }

    /// <summary>Closes the socket unless it was taken; a connect that is under way ends as aborted. Any thread.</summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Running) == Running) _socket?.Close(0);
    }

    // A connect to a port of our own machine that nobody listens on may draw that very port as its source: TCP's simultaneous open then
    // connects the socket to itself, and a relay would echo for ever. It is a refusal that was missed (about 1 in 28,000 on Linux).
    bool IsConnectedToItself(Socket socket)
    {
        try
        {
            return EndPoint is IPEndPoint remote && socket.LocalEndPoint is IPEndPoint local && local.Equals(remote);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
