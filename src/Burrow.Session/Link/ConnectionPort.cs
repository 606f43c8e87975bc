// The wait's awaiter is kept in a field and consumed exactly once, by the cached delegate: that is what spares a task for each idle channel.
#pragma warning disable CA2012
using System.Runtime.CompilerServices;
using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session.Link;

/// <summary>
/// A channel's local end around a Connection. Idle it holds no buffer and no task: one wait for readability whose continuation is a cached delegate.
/// </summary>
/// <remarks>Threading: reads come from the link's writer or, while no carrier is up, from the readability callback; <c>_reading</c> keeps them apart. Writes as <see cref="IChannelPort"/> says.</remarks>
sealed class ConnectionPort : IChannelPort
{
    readonly Session _session;
    readonly Channel _channel;
    readonly Connection _connection;
    readonly Action _onReadable;
    readonly Lock _reading = new();
    ValueTaskAwaiter _awaiter;
    bool _armed;
    ReadAhead? _ahead;
    Task _drain = Task.CompletedTask;
    Task _complete = Task.CompletedTask;
    Task? _dispose;

    public ConnectionPort(Session session, Channel channel, Connection connection)
    {
        _session = session;
        _channel = channel;
        _connection = connection;
        _onReadable = OnReadable;
    }

    public EndReason? End => _connection.End;

    public long Held => _ahead?.Length ?? 0;

    public int TryRead(Span<byte> buffer)
    {
        // Always under the lock: a readability callback of before may be reading ahead just now, and what it takes comes first.
        lock (_reading)
        {
            if (_ahead is { } ahead)
            {
                var count = ahead.Take(buffer);
                if (ahead.Length == 0 && ahead.Ended is null) _ahead = null;
                if (count > 0) return count;
                if (ahead.Ended is { } ended) return ended;
            }
            return _connection.TryRead(buffer);
        }
    }

    public void ArmRead()
    {
        lock (_reading)
        {
            if (_armed) return; // its callback is still to come
            if (_ahead is null)
            {
                _armed = true;
                _awaiter = _connection.WaitReadableAsync().GetAwaiter();
                if (!_awaiter.IsCompleted)
                {
                    _awaiter.UnsafeOnCompleted(_onReadable);
                    return;
                }
                _awaiter.GetResult();
                _armed = false;
            }
        }
        _session.OnReadable(_channel);
    }

    public bool DetectReset()
    {
        lock (_reading) return !_armed && _connection.DetectReset();
    }

    public int TryWrite(ReadOnlySpan<byte> buffer) => _connection.TryWrite(buffer);

    public void Drain() => _drain = DrainAsync();

    public void Complete() => _complete = CompleteAsync();

    public void Close() => _dispose ??= DisposeAsync();

    public void Abort(EndReason reason)
    {
        _connection.Abort(reason);
        _dispose ??= DisposeAsync();
    }

    void OnReadable()
    {
        bool aborted;
        lock (_reading)
        {
            _awaiter.GetResult();
            _armed = false;
            if (!_session.IsAttached) ReadWhileDetached();
            aborted = _ahead is { Ended: Connection.Aborted };
        }
        // Nobody reads on while no carrier is up: an application that has given up would otherwise hold its memory and its descriptor until one is.
        if (aborted) _session.Reset(_channel, _connection.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
        else _session.OnReadable(_channel);
    }

    void ReadWhileDetached()
    {
        _ahead ??= new ReadAhead(_session.Budget, _session.Options.ReadAhead);
        if (!_ahead.Fill(_connection)) return;
        if (_ahead.Length == 0) _ahead = null;
        _armed = true;
        _awaiter = _connection.WaitReadableAsync().GetAwaiter();
        // Completed already or not: the delegate is called, once, so that this never recurses.
        _awaiter.UnsafeOnCompleted(_onReadable);
    }

    async Task DrainAsync()
    {
        while (_session.PeekReceived(_channel, out var bytes))
        {
            if (!await _connection.WriteAsync(bytes))
            {
                _session.Reset(_channel, _connection.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
                _session.PeekReceived(_channel, out _); // the draining is over
                return;
            }
            _session.Delivered(_channel, bytes.Length);
        }
    }

    async Task CompleteAsync()
    {
        if (!await _connection.CompleteAsync())
            _session.Reset(_channel, _connection.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
    }

    async Task DisposeAsync()
    {
        await _drain;
        await _complete;
        await _connection.DisposeAsync();
        lock (_reading)
        {
            _ahead?.Clear();
            _ahead = null;
        }
    }
}
