using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;

namespace Burrow.Cli.Compose.Demo;

/// <summary>
/// A port of the loopback address for a process that is about to start: bound, so that nobody else gets it by chance, and not listening, so that whoever asks for it
/// as servers do (SO_REUSEADDR) can have it.
/// </summary>
sealed class ReservedPort : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ReservedPort()
    {
        SocketTuning.ReuseAddressAsServersDo(_socket);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Number = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Number { get; }

    public void Dispose() => _socket.Dispose();
}
