using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Burrow.Carriers.Identity;
using Burrow.Core;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>
/// The encrypted mode (docs/protocol.md §2): TLS 1.3 around another connection, which it owns. Made by <see cref="TlsServer"/> and <see cref="TlsClient"/>.
/// </summary>
/// <remarks>
/// <para><see cref="TryWrite"/> never takes anything, because encryption may have to wait in the middle of a record: use <see cref="WriteAsync"/>, with as many
/// bytes at once as there are. <see cref="TryRead"/> returns <see cref="Connection.WouldBlock"/> while no record is complete; it then has begun to wait, and
/// the next read, whichever it is, takes up from there, so that nothing is lost.</para>
/// <para>What paid, against an SslStream over a NetworkStream (loopback, one stream, 128 KiB writes, MB per CPU second of both ends, medians of nine on a two-core
/// machine that was busy otherwise): batching what is written and reading ahead, 509 instead of 458; with <see cref="TryRead"/> first, 530. The rest is the cipher.
/// Nothing is allocated by a call that completes at once.</para>
/// <para>An end of stream is only what the peer said in a close_notify. A transport that ends without one was cut, by whomever: that is an abort.</para>
/// </remarks>
public sealed class TlsConnection : Connection
{
    readonly Connection _inner;
    readonly RecordStream _records;
    readonly SslStream _ssl;

    // A wait for data that TryRead or WaitReadableAsync began: a read of zero bytes, which ends when SslStream holds a decrypted record or the end.
    // SslStream's answer can be consumed once only: by the one who awaits it, if anybody does, and then everybody else awaits him.
    ValueTask<int> _wait;
    Task _awaited = Task.CompletedTask;
    bool _waiting;
    bool _readable;
    bool _sawEnd;
    bool _completed;

    internal TlsConnection(Connection inner, RecordStream records, SslStream ssl, Pin? peerPin) => (_inner, _records, _ssl, PeerPin) = (inner, records, ssl, peerPin);

    /// <summary>The key that the peer has proved to hold; null when it presented none.</summary>
    public Pin? PeerPin { get; }

    /// <summary>The client asked for the ordinary certificate: it will speak HTTP.</summary>
    public bool IsWeb { get; init; }

    /// <summary>The peer has proved who it is: half a megabyte of buffers is held for it while it sends and receives. Any thread; what is under way goes on as it began.</summary>
    public void StartBatching() => _records.Batching = true;

    public override EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public override EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public override TimeSpan? RareProbe => _inner.RareProbe;

    /// <summary>Of what stands on the wire: more than was written here, by what TLS adds.</summary>
    public override int UnsentBytes => _inner.UnsentBytes;

    public override ValueTask<bool> AnswersAsync(TimeSpan patience) => _inner.AnswersAsync(patience);

    /// <remarks>Takes as many records as are there: a batch of the other side's is then one call here, and one write to whoever it is for.</remarks>
    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (_sawEnd) return EndOfStream;
        var taken = 0;
        try
        {
            while (taken < buffer.Length)
            {
                if (!_readable)
                {
                    if (!_awaited.IsCompleted) return taken > 0 ? taken : WouldBlock;
                    BeginWait();
                    if (!_wait.IsCompleted) return taken > 0 ? taken : WouldBlock;
                    EndWait(_wait.GetAwaiter().GetResult());
                }
                _readable = false;
                var count = _ssl.Read(buffer[taken..]); // decrypted already: does not touch the inner connection
                if (count <= 0) return taken > 0 && !_records.ToldEnd ? KeepEnd(taken) : Finish(count);
                taken += count;
            }
            return taken;
        }
        catch (Exception e) when (IsExpected(e))
        {
            // What was read before is whole and was meant; the reason comes with the next call.
            Fail(e);
            return taken > 0 ? taken : Aborted;
        }
    }

    /// <summary>The end was seen behind bytes that have to be told first.</summary>
    int KeepEnd(int taken)
    {
        _sawEnd = true;
        return taken;
    }

    public override ValueTask WaitReadableAsync()
    {
        if (_readable || _sawEnd || End is not null) return default;
        if (_awaited.IsCompleted) _awaited = AwaitAsync();
        return new ValueTask(_awaited);
    }

    async Task AwaitAsync()
    {
        try
        {
            BeginWait();
            EndWait(await _wait);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Fail(e);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (End is not null) return new ValueTask<int>(Aborted);
        if (_sawEnd) return new ValueTask<int>(EndOfStream);
        if (_waiting) return WaitAndReadAsync(buffer);
        _readable = false;
        var read = _ssl.ReadAsync(buffer);
        return read.IsCompletedSuccessfully ? new ValueTask<int>(Finish(read.Result)) : FinishAsync(read);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<int> WaitAndReadAsync(Memory<byte> buffer)
    {
        await WaitReadableAsync();
        return await ReadAsync(buffer);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    async ValueTask<int> FinishAsync(ValueTask<int> read)
    {
        try
        {
            return Finish(await read);
        }
        catch (Exception e) when (IsExpected(e))
        {
            return Fail(e);
        }
    }

    void BeginWait()
    {
        if (_waiting) return;
        _waiting = true;
#pragma warning disable CA2012 // consumed once: by TryRead when it is complete, or by the one who awaits it
        _wait = _ssl.ReadAsync(Memory<byte>.Empty);
#pragma warning restore CA2012
    }

    void EndWait(int zero)
    {
        _waiting = false;
        _readable = zero == 0;
    }

    int Finish(int count)
    {
        if (count > 0) return count;
        if (End is not null) return Aborted;
        if (_records.ToldEnd) return Fail(null);
        _sawEnd = true;
        return EndOfStream;
    }

    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? 0 : Aborted;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        if (End is not null) return false;
        try
        {
            await _ssl.WriteAsync(buffer);
            var sent = await _records.FlushBatchAsync();
            _records.ReturnWriteBuffer(); // half a megabyte that an idle carrier need not hold
            if (sent) return true;
            Fail(null);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Fail(e);
        }
        return false;
    }

    public override async ValueTask<bool> CompleteAsync()
    {
        if (End is not null) return false;
        if (_completed) return true;
        try
        {
            await _ssl.ShutdownAsync();
            if (await _records.FlushBatchAsync() && await _inner.CompleteAsync())
            {
                _completed = true;
                _records.ReturnWriteBuffer();
                return true;
            }
            Fail(null);
        }
        catch (Exception e) when (IsExpected(e))
        {
            Fail(e);
        }
        return false;
    }

    protected override void AbortCore() => _inner.Abort(End!);

    public override async ValueTask DisposeAsync()
    {
        if (!(_completed && _sawEnd)) Abort(EndReason.Stopped);
        // The peer's close_notify is followed by its end of stream; having read it lets the inner connection close in order.
        else _inner.TryRead(stackalloc byte[1]);
        await _inner.DisposeAsync();
        await _awaited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whoever awaits it is told
        if (_waiting)
        {
            try
            {
                await _wait;
            }
            catch (Exception e) when (IsExpected(e))
            {
                // It was aborted; End says why.
            }
        }
        await _ssl.DisposeAsync();
        _records.ReturnReadBuffer();
        _records.ReturnWriteBuffer();
    }

    /// <summary>What SslStream throws when the bytes are no TLS, end in the middle, or it was disposed while at work.</summary>
    static bool IsExpected(Exception e) => e is IOException or InvalidOperationException or System.Security.Authentication.AuthenticationException
        or NotSupportedException or OperationCanceledException;

    int Fail(Exception? e)
    {
        _waiting = false;
        Abort(_inner.End ?? (_records.ToldEnd
            ? new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Closed, "cut without TLS's end")
            : new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, TlsFailure.Text(e))));
        return Aborted;
    }
}
