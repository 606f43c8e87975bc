using System.Net.Sockets;

namespace Burrow.Core.Sockets;

/// <summary>The one place where the system's error codes become reasons.</summary>
public static class SocketErrors
{
    /// <summary>What an error means for a person and for a retry.</summary>
    /// <param name="error">The system's code.</param>
    /// <param name="phase">What was being done.</param>
    /// <param name="detail">An address, usually. Null: the code's own name where the cause does not say it all.</param>
    public static EndReason ToEndReason(SocketError error, EndPhase phase, string? detail = null) => error switch
    {
        SocketError.ConnectionRefused => new(phase, EndSide.Peer, EndCause.Refused, detail),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NetworkReset or SocketError.Disconnecting =>
            new(phase, EndSide.Peer, EndCause.Reset, detail),
        SocketError.TimedOut => new(phase, EndSide.Path, EndCause.TimedOut, detail),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown
            or SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported =>
            new(phase, EndSide.Path, EndCause.Unreachable, detail),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery =>
            new(phase, EndSide.Path, EndCause.UnknownHost, detail),
        SocketError.AccessDenied => new(phase, EndSide.Local, EndCause.Denied, detail),
        SocketError.AddressAlreadyInUse => new(phase, EndSide.Local, EndCause.AddressInUse, detail),
        SocketError.AddressNotAvailable => new(phase, EndSide.Local, EndCause.AddressNotAvailable, detail),
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.ProcessLimit =>
            new(phase, EndSide.Local, EndCause.Limit, detail is null ? error.ToString() : $"{detail}, {error}"),
        SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotConnected or SocketError.NotSocket =>
            new(phase, EndSide.Local, EndCause.Closed, detail),
        _ => new(phase, EndSide.Local, EndCause.Failed, detail is null ? error.ToString() : $"{detail}, {error}"),
    };

    /// <summary>
    /// Whether the kernel has ended the connection itself, so that what arrived before can still be read and a pending operation returns.
    /// After any other error it is we who must close the socket.
    /// </summary>
    internal static bool EndsInKernel(SocketError error) => error is SocketError.ConnectionReset or SocketError.ConnectionAborted
        or SocketError.Shutdown or SocketError.NetworkReset or SocketError.TimedOut;
}
