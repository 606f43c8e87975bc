using System.Buffers;
using System.Net;
using Burrow.Core;

namespace Burrow.Carriers.Http;

/// <summary>
/// A connection over something that can only be asked for bytes and then waited for, as a WebSocket or the body of a message. Neither can wait without a buffer: it is a small one
/// until so much comes at once that a large one pays, so that a caller who has proved nothing holds little.
/// </summary>
abstract class PulledConnection : Connection
{
    const int ReadAhead = 64 * 1024;
    const int FirstReadAhead = 4 * 1024;

    readonly CancellationTokenSource _aborted = new();
    byte[]? _buffer;
    int _start, _end;
    Task<int>? _pending; // a read into _buffer that was begun and not taken yet
    bool _wantsMore; // the small buffer was filled
    bool _sawEnd;
    bool _completed;

    /// <summary>Cancelled by the abort: every operation takes it.</summary>
    protected CancellationToken AbortedToken => _aborted.Token;

    public override EndPoint? RemoteEndPoint { get; }

    protected PulledConnection(EndPoint? remote) => RemoteEndPoint = remote;

    /// <summary>Reads at least one byte.</summary>
    /// <returns>0 at the end. Throws what the transport throws.</returns>
    protected abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Writes all, so that it leaves at once.</summary>
    protected abstract ValueTask SendAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>Half-closes.</summary>
    protected abstract ValueTask FinishAsync();

    /// <summary>Lets the transport go. Called once, after both directions have ended or were aborted.</summary>
    protected abstract ValueTask ReleaseAsync();

    public override int TryRead(Span<byte> buffer)
    {
        while (true)
        {
            if (_start < _end) return Take(buffer);
            if (End is not null) return Aborted;
            if (_sawEnd) return EndOfStream;
            Begin();
            if (!_pending!.IsCompleted) return WouldBlock;
            Arrived();
        }
    }

    public override async ValueTask WaitReadableAsync()
    {
        if (_start < _end || _sawEnd || End is not null) return;
        Begin();
        await ((Task)_pending!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? 0 : Aborted;

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        if (End is not null) return false;
        try
        {
            await SendAsync(buffer);
            return End is null;
        }
        catch (Exception e) when (IsExpected(e))
        {
            Lose(e);
            return false;
        }
    }

    public override async ValueTask<bool> CompleteAsync()
    {
        if (End is not null) return false;
        if (_completed) return true;
        try
        {
            await FinishAsync();
            return _completed = true;
        }
        catch (Exception e) when (IsExpected(e))
        {
            Lose(e);
            return false;
        }
    }

    protected override void AbortCore() => _aborted.Cancel();

    public override async ValueTask DisposeAsync()
    {
        if (!(_completed && _sawEnd && SetEnd(EndReason.Completed))) Abort(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed));
        if (_pending is { } pending) await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
        _start = _end = 0;
        try
        {
            await ReleaseAsync();
        }
        catch (Exception e) when (IsExpected(e))
        {
            // It is over in any case.
        }
    }

    /// <summary>What transports throw when the other side, or something in between, ends them.</summary>
    internal static bool IsExpected(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException
        or System.Net.WebSockets.WebSocketException or HttpRequestException or System.Security.Authentication.AuthenticationException;

    protected void Lose(Exception e) => Abort(new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Closed, Shortest(e)));

    static string Shortest(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e.Message.ReplaceLineEndings(" ");
    }

    void Begin()
    {
        if (_pending is not null) return;
        if (_buffer is not null && _wantsMore)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
        _buffer ??= ArrayPool<byte>.Shared.Rent(_wantsMore ? ReadAhead : FirstReadAhead);
        _wantsMore = false;
        _pending = ReceiveAsync(_buffer).AsTask();
    }

    void Arrived()
    {
        var done = _pending!;
        _pending = null;
        if (!done.IsCompletedSuccessfully)
        {
            Lose(done.Exception?.InnerException ?? new OperationCanceledException());
            return;
        }
        (_start, _end) = (0, done.Result);
        if (done.Result == 0) _sawEnd = true;
        _wantsMore = done.Result == _buffer!.Length && _buffer.Length < ReadAhead;
    }

    int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }
}
