using Burrow.Core;
using Burrow.Core.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Burrow.Endpoints.Inbounds.Listener;

/// <summary>Takes TCP ports, by the rules of <see cref="ListeningSockets"/>.</summary>
public static class TcpBinder
{
    // Clients wait here while accepting is paused.
    const int Backlog = 4096;

    /// <summary>Binds and listens.</summary>
    /// <param name="target">Where; port 0: the system chooses.</param>
    /// <param name="time">For pauses; null: the system's.</param>
    /// <param name="logger">Null: silent.</param>
    /// <param name="resolve">For names; null: the system's resolver.</param>
    /// <param name="stop">Gives up resolving.</param>
    public static async ValueTask<ListenResult> BindAsync(
        Target target, TimeProvider? time = null, ILogger? logger = null, Resolver? resolve = null, CancellationToken stop = default)
    {
        var (sockets, failure) = await ListeningSockets.OpenAsync(target, Backlog, resolve, stop);
        return sockets is null
            ? ListenResult.Failed(failure!)
            : ListenResult.Success(new ListenerInbound(sockets, time ?? TimeProvider.System, logger ?? NullLogger.Instance));
    }
}
