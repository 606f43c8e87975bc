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
    // Accepting a flood of clients may complete synchronously for long: let the others on this thread have their turn.
    const int Burst = 64;

    readonly System.Net.EndPoint? _endPoint = listener.LocalEndPoint;

    /// <summary>Runs until the listener is closed.</summary>
    public async Task RunAsync()
    {
        using var operation = new AcceptOperation();
        var trouble = new AcceptTrouble(
            DescriptorShare.Clients, () => listener.SafeHandle.IsClosed, time, reason => EndpointsLog.AcceptPaused(logger, _endPoint, reason), () => EndpointsLog.AcceptResumed(logger, _endPoint));
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

            if (error == SocketError.Success)
            {
                var client = operation.AcceptSocket!;
                if (!await trouble.AcceptedAsync(client))
                {
                    client.Dispose();
                    return;
                }
                HandOn(client);
            }
            else if (!await trouble.OverAsync(error))
            {
                return;
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
