using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Endpoints.Inbounds.Listener;

/// <summary>What came of an attempt to listen.</summary>
public readonly record struct ListenResult
{
    ListenResult(ListenerInbound? listener, EndReason? failure) => (Listener, Failure) = (listener, failure);

    /// <summary>The listener, which the caller owns.</summary>
    public ListenerInbound? Listener { get; }

    /// <summary>Why there is none: address in use, not available, not permitted, unknown host.</summary>
    public EndReason? Failure { get; }

    [MemberNotNullWhen(true, nameof(Listener))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Listener is not null;

    internal static ListenResult Success(ListenerInbound listener) => new(listener, null);

    internal static ListenResult Failed(EndReason failure) => new(null, failure);
}

/// <summary>
/// Listens on an address and hands each client on as a <see cref="Connection"/>. The port is taken when this object is made; clients wait in the kernel's backlog until
/// <see cref="Start"/>.
/// </summary>
/// <remarks>Thread-safe. One loop per socket, and one socket per address.</remarks>
public sealed class ListenerInbound : IAsyncDisposable
{
    readonly List<Socket> _sockets;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly string? _path;
    readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task _loops = Task.CompletedTask;
    int _stopped;

    internal ListenerInbound(List<Socket> sockets, TimeProvider time, ILogger logger, string? path = null)
    {
        _sockets = sockets;
        _time = time;
        _logger = logger;
        _path = path;
        LocalEndPoints = path is null ? sockets.ConvertAll(s => s.LocalEndPoint!) : [new UnixDomainSocketEndPoint(path)];
    }

    /// <summary>What was bound; with the port that the system chose if 0 was asked for.</summary>
    public IReadOnlyList<EndPoint> LocalEndPoints { get; }

    /// <summary>The bound port, the same on all addresses; 0 for a unix socket.</summary>
    public int Port => (LocalEndPoints[0] as IPEndPoint)?.Port ?? 0;

    /// <summary>Completes when no client will be handed on any more.</summary>
    public Task Over => _over.Task;

    /// <summary>Begins to accept. To be called once.</summary>
    /// <param name="accepted">Takes each client over. Called on the event loop, one client at a time per socket; must not block.</param>
    public void Start(Action<Connection> accepted) =>
        _loops = Task.WhenAll(_sockets.ConvertAll(s => new AcceptLoop(s, accepted, _time, _logger).RunAsync()));

    /// <summary>Frees the port at once and returns when no client will be handed on any more. Clients that were handed on are not touched; those in the backlog are reset.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            if (_path is not null) UnixSocketFile.Remove(_path);
            foreach (var socket in _sockets) socket.Dispose();
        }
        await _loops;
        _over.TrySetResult();
    }
}
