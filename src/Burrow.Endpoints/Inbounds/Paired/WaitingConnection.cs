using System.Net;
using Burrow.Core;

namespace Burrow.Endpoints.Inbounds.Paired;

/// <summary>
/// A connection that waits for its partner: meanwhile it is watched, so that one that leaves is known to be gone, and what it says early is kept for the partner. After
/// <see cref="Take"/> it is a connection like any other.
/// </summary>
/// <remarks>What it says early is bounded; beyond it nothing is read, so the peer waits, and is no longer seen to leave.</remarks>
public sealed class WaitingConnection : Connection
{
    // Who speaks and ends at once (a service that tells the time) waits for a client to read it. Who ends later hung up on one who never came, as an sshd does after its LoginGraceTime.
    static readonly TimeSpan HangsUp = TimeSpan.FromSeconds(5);

    // The greetings of both ends of an ssh connection, or a request; it is held by each that waits.
    const int MostEarly = 4 * 1024;

    readonly Connection _inner;
    readonly bool _leavesByEnding;
    readonly TimeProvider _time;
    readonly long _began;
    readonly Lock _gate = new();
    readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task _watch;
    bool _isWatched = true; // guarded by _gate
    byte[] _early = []; // guarded by _gate
    int _given; // of _early; guarded by _gate
    bool _ended; // the stream ends after _early; guarded by _gate
    bool _taken; // guarded by _gate

    /// <param name="inner">Owned from now on.</param>
    /// <param name="leavesByEnding">Whether an end of its stream means that it has left: at once when nothing was said before, and else when it had waited for some seconds. Otherwise only a reset
    /// does.</param>
    /// <param name="time">Measures the waiting.</param>
    public WaitingConnection(Connection inner, bool leavesByEnding, TimeProvider time)
    {
        (_inner, _leavesByEnding, _time, _began) = (inner, leavesByEnding, time, time.GetTimestamp());
        _watch = WatchAsync();
    }

    /// <summary>Completes when it has left; never after <see cref="Take"/>.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Completes when it was disposed, by whoever took it.</summary>
    public Task Over => _over.Task;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public override int UnsentBytes => _inner.UnsentBytes;

    /// <inheritdoc/>
    public override ValueTask<bool> AnswersAsync(TimeSpan patience) => _inner.AnswersAsync(patience);

    /// <inheritdoc/>
    public override bool DetectReset() => _inner.DetectReset() && Passed(Aborted) == Aborted;

    /// <summary>Ends the watching.</summary>
    /// <returns>False when it has left already.</returns>
    public bool Take()
    {
        lock (_gate)
        {
            if (_gone.Task.IsCompleted) return false;
            _taken = true;
            return true;
        }
    }

    /// <summary>It waits, and is watched, again: who took it has not read from it, and needs it no more.</summary>
    public void PutBack()
    {
        lock (_gate)
        {
            _taken = false;
            // One that is under way goes on; one that saw the end, or has all that may be said early, would see no more.
            if (_isWatched || _ended || _early.Length == MostEarly) return;
            _isWatched = true;
            _watch = WatchAsync();
        }
    }

    /// <inheritdoc/>
    public override int TryRead(Span<byte> buffer)
    {
        lock (_gate)
        {
            var early = _early.AsSpan(_given);
            if (!early.IsEmpty)
            {
                var count = Math.Min(early.Length, buffer.Length);
                early[..count].CopyTo(buffer);
                _given += count;
                if (_given == _early.Length) (_early, _given) = ([], 0);
                return count;
            }
            if (_ended) return EndOfStream;
        }
        // Until its last wait is over the watch is the inner connection's one reader.
        return _watch.IsCompleted ? Passed(_inner.TryRead(buffer)) : WouldBlock;
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync()
    {
        lock (_gate)
        {
            if (_early.Length > 0 || _ended) return ValueTask.CompletedTask;
        }
        // The watch's last wait is the same wait: a connection has one at a time.
        return _watch.IsCompleted ? _inner.WaitReadableAsync() : new ValueTask(_watch);
    }

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> buffer) => Passed(_inner.TryWrite(buffer));

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer) => await _inner.WriteAsync(buffer) || Passed(Aborted) != Aborted;

    /// <inheritdoc/>
    public override async ValueTask<bool> CompleteAsync() => await _inner.CompleteAsync() || Passed(Aborted) != Aborted;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            // What is still waited for has not ended, so there is nothing to close in order.
            if (!_watch.IsCompleted) _inner.Abort(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed));
            await _watch;
        }
        finally
        {
            await _inner.DisposeAsync();
            SetEnd(_inner.End ?? EndReason.Completed);
            _over.TrySetResult();
        }
    }

    /// <inheritdoc/>
    protected override void AbortCore() => _inner.Abort(End!);

    int Passed(int result)
    {
        if (result == Aborted) SetEnd(_inner.End ?? new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed));
        return result;
    }

    async Task WatchAsync()
    {
        var buffer = Array.Empty<byte>();
        while (true)
        {
            await _inner.WaitReadableAsync();
            lock (_gate)
            {
                _isWatched = !_taken;
                if (_taken) return;
                if (buffer.Length == 0) buffer = new byte[MostEarly];
                var count = _inner.TryRead(buffer.AsSpan(0, MostEarly - _early.Length));
                if (count > 0) _early = [.. _early, .. buffer.AsSpan(0, count)];
                if (count == EndOfStream) _ended = true;
                if (count == Aborted || (_ended && _leavesByEnding && (_early.Length == 0 || _time.GetElapsedTime(_began) > HangsUp)))
                {
                    Passed(count);
                    _gone.TrySetResult();
                }
                _isWatched = !_ended && count != Aborted && _early.Length < MostEarly;
                if (!_isWatched) return;
            }
        }
    }
}
