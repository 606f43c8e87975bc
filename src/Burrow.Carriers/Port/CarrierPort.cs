using System.Collections.Concurrent;
using System.Net;
using Burrow.Carriers.Http.Server;
using Burrow.Carriers.Modes.Tls;
using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>How much of strangers Jenny's port bears (docs/protocol.md §1).</summary>
/// <param name="HalfOpen">Callers that have proved nothing yet, at most. Each holds a socket and a few KiB.</param>
/// <param name="Deadline">For proving it.</param>
/// <param name="ReadBound">Bytes that are read of one until then.</param>
public sealed record PortLimits(int HalfOpen, TimeSpan Deadline, int ReadBound)
{
    public static readonly PortLimits Default = new(512, TimeSpan.FromSeconds(10), 16 * 1024);
}

/// <summary>
/// Jenny's port: accepts, finds out in each caller's own task what it speaks, and hands on those who speak Burrow. One slow caller delays nobody, and a
/// flood of them displaces only its own.
/// </summary>
/// <param name="tls">Jenny's TLS.</param>
/// <param name="serve">Runs one caller to its end: handshake, <see cref="Caller.Admit"/>, link. Must not throw. The connection is disposed afterwards.</param>
/// <param name="turnedAway">Told of every caller that never got to <paramref name="serve"/>, from any thread.</param>
/// <param name="limits">Null: <see cref="PortLimits.Default"/>.</param>
/// <param name="time">Null: the system's.</param>
/// <param name="web">Who answers HTTP, not owned; null: a 404 does.</param>
public sealed class CarrierPort(
    TlsServer tls, Func<Caller, Task> serve, Action<EndPoint?, EndReason> turnedAway, PortLimits? limits = null, TimeProvider? time = null, WebFront? web = null)
{
    readonly PortLimits _limits = limits ?? PortLimits.Default;
    readonly TimeProvider _time = time ?? TimeProvider.System;
    readonly Lock _gate = new();

    // Steady, whoever sets the wall clock.
    DateTimeOffset Now => DateTimeOffset.UnixEpoch + _time.GetElapsedTime(0);

    readonly HalfOpenTable _table = new((limits ?? PortLimits.Default).HalfOpen, (limits ?? PortLimits.Default).Deadline); // guarded by _gate
    readonly Dictionary<long, Connection> _halfOpen = []; // guarded by _gate
    readonly ConcurrentDictionary<Connection, Task> _running = [];
    readonly HandshakeTurns _turns = new(HandshakeTurns.HalfOfTheMachine);

    /// <summary>How many callers have proved nothing yet.</summary>
    public int HalfOpen
    {
        get
        {
            lock (_gate) return _table.Count;
        }
    }

    /// <summary>Accepts until the listener is disposed, then ends those still half open and waits for all others to be served.</summary>
    public async Task RunAsync(ICarrierListener listener)
    {
        await AcceptAsync(listener);
        await EndAsync();
    }

    /// <summary>Accepts until the listener is disposed or fails. May run for several listeners at once; callers of others are not touched when one ends.</summary>
    /// <exception cref="Exception">Whatever the listener failed by.</exception>
    public async Task AcceptAsync(ICarrierListener listener)
    {
        // One timer for all: a second's grain is fine for a deadline of ten.
        await using var timer = _time.CreateTimer(static port => ((CarrierPort)port!).EndOverdue(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        while (await listener.AcceptAsync() is { } carried) _ = Take(carried, web);
    }

    /// <summary>When nothing is accepted any more: ends those still half open and waits for all others to be served.</summary>
    public Task EndAsync()
    {
        EndHalfOpen();
        return Task.WhenAll(_running.Values);
    }

    /// <summary>Takes in one carrier.</summary>
    /// <param name="onWeb">Who answers HTTP on it: nobody on a carrier that came by HTTP itself.</param>
    /// <returns>Completes when it was served to its end.</returns>
    Task Take(Carried carried, WebFront? onWeb)
    {
        var connection = new BoundedConnection(carried.Connection, _limits.ReadBound);
        var id = Enter(connection);
        _running[connection] = Task.CompletedTask;
        var greeting = GreetAsync(connection, id, carried, onWeb);
        // Ended already: then its entry is gone, and stays so.
        _running.TryUpdate(connection, greeting, Task.CompletedTask);
        return greeting;
    }

    async Task GreetAsync(BoundedConnection connection, long id, Carried carried, WebFront? onWeb)
    {
        await Task.Yield(); // the accept loop accepts
        void Admit()
        {
            Leave(id);
            carried.Admitted?.Invoke();
        }
        try
        {
            Task<EndReason?> ServeWeb(Connection inner)
            {
                void AdmitVisit()
                {
                    connection.Lift();
                    if (inner is TlsConnection secured) secured.StartBatching();
                    Leave(id);
                }
                return onWeb!.ServeAsync(inner, new Visit(connection.RemoteEndPoint, AdmitVisit, brought => Take(brought, onWeb: null)));
            }
            var (caller, failure) = await CallerSorter.SortAsync(connection, carried, tls, _turns, Admit, onWeb is null ? null : ServeWeb);
            if (caller is null)
            {
                if (failure is not null) turnedAway(connection.RemoteEndPoint, failure);
            }
            else
            {
                await serve(caller);
                await caller.Connection.DisposeAsync();
            }
        }
        finally
        {
            Leave(id);
            await connection.DisposeAsync();
            _running.TryRemove(connection, out _);
        }
    }

    long Enter(Connection connection)
    {
        Connection? evicted = null;
        long id;
        lock (_gate)
        {
            id = _table.Add(AddressGroup.NetworkOf(connection.RemoteEndPoint), AddressGroup.Of(connection.RemoteEndPoint), Now, out var oldest);
            if (oldest is { } gone) _halfOpen.Remove(gone, out evicted);
            _halfOpen[id] = connection;
        }
        evicted?.Abort(new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Busy, "too many callers from there that have not proved who they are"));
        return id;
    }

    void Leave(long id)
    {
        lock (_gate)
        {
            _table.Remove(id);
            _halfOpen.Remove(id);
        }
    }

    void EndOverdue()
    {
        while (true)
        {
            Connection? overdue;
            lock (_gate)
            {
                if (!_table.TryTakeOverdue(Now, out var id)) return;
                _halfOpen.Remove(id, out overdue);
            }
            overdue?.Abort(new EndReason(
                EndPhase.Handshake, EndSide.Peer, EndCause.TimedOut, $"did not prove who it is within {_limits.Deadline.TotalSeconds} s"));
        }
    }

    void EndHalfOpen()
    {
        Connection[] all;
        lock (_gate) all = [.. _halfOpen.Values];
        foreach (var connection in all) connection.Abort(EndReason.Stopped);
    }
}
