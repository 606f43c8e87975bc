using System.Net;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.HttpProxy;

namespace Burrow.Endpoints.Inbounds.Dynamic;

/// <summary>
/// A proxy's client after its request: reads give what belongs to the request, the first write is preceded by the answer, and an end before that becomes an answer that says
/// why. Owns the client's connection.
/// </summary>
/// <remarks>
/// The answer is the truth because it waits for it: <see cref="Opened"/> is called when the target is connected, <see cref="Connection.Abort"/> when it can't be. Threads as for every
/// connection; <see cref="Opened"/> counts as a write.
/// </remarks>
public sealed class ProxyClient : Connection
{
    /// <summary>How long an answer that says no may take to be read. Closing over unread bytes would turn it into a reset.</summary>
    static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    readonly Connection _inner;
    readonly ProxyRequest _request;
    readonly TimeProvider _time;
    readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ReadOnlyMemory<byte> _early; // to be read before the client is
    ReadOnlyMemory<byte> _owed; // to be written before anything else is
    Task? _wait; // a wait for the client that was begun before the answer
    int _answered; // 1 once it is decided what the client is told
    bool _refused; // that answer is a no of ours

    internal ProxyClient(Connection inner, ProxyRequest request, ReadOnlyMemory<byte> rest, TimeProvider time)
    {
        (_inner, _request, _time) = (inner, request, time);
        var own = request.Body?.Take(rest.Span) ?? rest.Length;
        _early = request.Head.IsEmpty ? rest : (byte[])[.. request.Head.Span, .. rest.Span[..own]];
    }

    /// <summary>Where the client wants to go.</summary>
    public Target Target => _request.Target;

    /// <summary>Completes when the target is connected, or when it is clear that it won't be.</summary>
    public Task Settled => _settled.Task;

    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    /// <summary>The target is connected. Called before its first byte is written here, once.</summary>
    public void Opened()
    {
        // Of an HTTP request the server's answer is the answer.
        if (_request.Response is null && Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _owed = _request.Success;
            FlushOwed();
        }
        _settled.TrySetResult();
    }

    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (!_early.IsEmpty)
        {
            var count = Math.Min(buffer.Length, _early.Length);
            _early.Span[..count].CopyTo(buffer);
            _early = _early[count..];
            return count;
        }
        while (true)
        {
            var count = Keep(_inner.TryRead(buffer));
            if (count <= 0 || _request.Body is not { } body) return count;
            var own = body.Take(buffer[..count]);
            if (body.IsBroken)
            {
                Abort(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, "the request's body has no valid chunks"));
                return Aborted;
            }
            if (own > 0) return own; // what follows the request is dropped: the answer says that the connection ends
        }
    }

    public override ValueTask WaitReadableAsync()
    {
        if (!_early.IsEmpty || End is not null) return default;
        if (_wait is { IsCompleted: true }) _wait = null;
        // Until the answer is given an abort must not touch the client, which is still to hear why: so the wait ends by itself.
        if (_wait is null && Volatile.Read(ref _answered) == 1) return _inner.WaitReadableAsync();
        _wait ??= _inner.WaitReadableAsync().AsTask();
        return _wait.IsCompleted ? default : new ValueTask(Task.WhenAny(_wait, _aborted.Task));
    }

    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (!FlushOwed()) return End is null ? 0 : Aborted;
        if (_request.Response is not { IsOver: false } response) return Keep(_inner.TryWrite(buffer));
        var consumed = Rewrite(response, buffer);
        if (consumed < 0 || !response.IsOver || consumed == buffer.Length || !FlushOwed()) return End is null ? consumed : Aborted;
        var taken = Keep(_inner.TryWrite(buffer[consumed..]));
        return taken < 0 ? taken : consumed + taken;
    }

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        while (End is null)
        {
            if (!await WriteOwedAsync()) return false;
            if (buffer.IsEmpty) return true;
            if (_request.Response is not { IsOver: false } response) return Keep(await _inner.WriteAsync(buffer) ? 1 : Aborted) > 0;
            var consumed = Rewrite(response, buffer.Span);
            if (consumed < 0) return false;
            buffer = buffer[consumed..];
        }
        return false;
    }

    public override async ValueTask<bool> CompleteAsync()
    {
        if (_request.Response is { IsOver: false } && Refuse(HttpAnswers.BadAnswer)) _refused = false; // the server left without an answer; the client hears so now, not at the end
        return End is null && await WriteOwedAsync() && Keep(await _inner.CompleteAsync() ? 1 : Aborted) > 0;
    }

    public override async ValueTask DisposeAsync()
    {
        SetEnd(EndReason.Completed);
        _aborted.TrySetResult();
        _settled.TrySetResult();
        if (_inner.End is null && _refused) await SayGoodbyeAsync();
        await _inner.DisposeAsync();
    }

    protected override void AbortCore()
    {
        if (!Refuse(_request.Failure(End!))) _inner.Abort(End!);
        _aborted.TrySetResult();
        _settled.TrySetResult();
    }

    /// <summary>Owes the client the word that there will be nothing, if it was told nothing yet.</summary>
    bool Refuse(byte[] answer)
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0) return false;
        _refused = true;
        _owed = answer;
        return true;
    }

    async Task SayGoodbyeAsync()
    {
        await using var late = _time.CreateTimer(static inner => ((Connection)inner!).Abort(EndReason.Stopped), _inner, Linger, Timeout.InfiniteTimeSpan);
        if (!await _inner.WriteAsync(_owed) || !await _inner.CompleteAsync()) return;
        var dropped = new byte[1024];
        int count;
        while ((count = _inner.TryRead(dropped)) > 0 || count == WouldBlock)
        {
            if (count > 0) continue;
            if (_wait is { IsCompleted: false } begun) await begun;
            else await _inner.WaitReadableAsync();
        }
    }

    /// <returns>How many bytes were taken; or <see cref="Connection.Aborted"/> when they are no answer.</returns>
    int Rewrite(ResponseRewriter response, ReadOnlySpan<byte> bytes)
    {
        if (response.Feed(bytes, out var consumed) is not { } rewritten)
        {
            Abort(new EndReason(EndPhase.Relay, EndSide.Far, EndCause.Protocol, "the server's answer is not HTTP"));
            return Aborted;
        }
        if (rewritten.Length > 0) _owed = rewritten;
        // From its first byte on the client hears the server: an answer of ours could get into the middle of one.
        if (rewritten.Length > 0) Volatile.Write(ref _answered, 1);
        return consumed;
    }

    bool FlushOwed()
    {
        if (_owed.IsEmpty) return true;
        var taken = Keep(_inner.TryWrite(_owed.Span));
        if (taken > 0) _owed = _owed[taken..];
        return _owed.IsEmpty;
    }

    async ValueTask<bool> WriteOwedAsync()
    {
        if (_owed.IsEmpty) return true;
        var owed = _owed;
        _owed = default;
        return Keep(await _inner.WriteAsync(owed) ? 1 : Aborted) > 0;
    }

    int Keep(int result)
    {
        if (result == Aborted && _inner.End is { } end && SetEnd(end))
        {
            _aborted.TrySetResult();
            _settled.TrySetResult();
        }
        return result;
    }
}
