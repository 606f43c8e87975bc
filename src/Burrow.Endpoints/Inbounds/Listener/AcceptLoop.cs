using System.Net.Sockets;
using Burrow.Core;
using Burrow.Core.Sockets;
using Microsoft.Extensions.Logging;

namespace Burrow.Endpoints.Inbounds.Listener;

/// <summary>Accepts clients of one listening socket and hands them on; nothing else happens in this loop, so nobody's slowness is everybody's.</summary>
/// <param name="listener">Listening. Closed by whoever made it, which ends the loop.</param>
/// <param name="accepted">Takes each client over; must not block, and an exception from it costs that client alone.</param>
/// <param name="time">Measures the pause after an error.</param>
/// <param name="logger">Told once when accepting stops working and once when it works again.</param>
internal sealed class AcceptLoop(Socket listener, Action<Connection> accepted, TimeProvider time, ILogger logger)
{
    // Without descriptors or memory accept() fails at once, again and again; clients wait in the backlog meanwhile.
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Accepting a flood of clients may complete synchronously for long: let the others on this thread have their turn.
    const int Burst = 64;

    readonly System.Net.EndPoint? _endPoint = listener.LocalEndPoint;

    /// <summary>Runs until the listener is closed.</summary>
    public async Task RunAsync()
    {
        using var operation = new AcceptOperation();
        var paused = false;
        for (var count = 1; ; count++)
        {
            SocketError error;
            try
            {
                error = await operation.AcceptAsync(listener);
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            switch (error)
            {
                case SocketError.Success:
                    if (paused) EndpointsLog.AcceptResumed(logger, _endPoint);
                    paused = false;
                    HandOn(operation.AcceptSocket!);
                    break;
                case SocketError.OperationAborted or SocketError.NotSocket or SocketError.InvalidArgument:
                    return; // closed
                case SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.Interrupted or SocketError.TimedOut:
                    break; // that client has gone already (accept(2): treat as "try again")
                default:
                    if (!paused) EndpointsLog.AcceptPaused(logger, _endPoint, SocketErrors.ToEndReason(error, EndPhase.Accept));
                    paused = true;
                    await Task.Delay(Pause, time);
                    break;
            }
            if (count % Burst == 0) await Task.Yield();
        }
    }

    void HandOn(Socket client)
    {
        var connection = new SocketConnection(client);
        try
        {
            accepted(connection);
        }
        catch (Exception e)
        {
            EndpointsLog.AcceptedFailed(logger, _endPoint, e);
            connection.Abort(new EndReason(EndPhase.Accept, EndSide.Local, EndCause.Failed));
        }
    }
}
