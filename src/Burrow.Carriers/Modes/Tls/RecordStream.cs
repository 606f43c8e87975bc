using System.Buffers;
using Burrow.Core;

namespace Burrow.Carriers.Modes.Tls;

/// <summary>
/// What SslStream reads from and writes to: a <see cref="Connection"/> as a Stream. It never throws for an end that may come any time: an abort reads as an
/// end of stream and swallows writes, and <see cref="TlsConnection"/> looks at the connection to learn which it was.
/// </summary>
/// <remarks>
/// SslStream writes every record of 16 KiB by itself and asks for at most two records at a time. Both are batched here, because a system call costs more
/// than a copy of 16 KiB that is still in the cache: see <see cref="TlsConnection"/> for what it gained.
/// </remarks>
sealed class RecordStream(Connection inner) : AsyncStream
{
    /// <summary>One read of the inner connection brings at most this much: a whole batch of the other side's.</summary>
    const int ReadAhead = 256 * 1024;

    /// <summary>One write takes at most this much: a batch of 256 KiB, and what TLS adds to each of its records of 16 KiB.</summary>
    const int WriteBatch = 264 * 1024;

    byte[]? _read;
    int _start, _end;
    byte[]? _written;
    int _pending;

    /// <summary>
    /// Off until the peer has proved who it is: SslStream's own small reads and writes go straight through, so that a caller who has proved nothing makes us hold little,
    /// and in the handshake nothing waits for a flush.
    /// </summary>
    public bool Batching { get; set; }

    /// <summary>SslStream was told that the bytes are over. It sees the same at an orderly end that it was not told about, so this tells a cut from an end.</summary>
    public bool ToldEnd { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start < _end) return new ValueTask<int>(buffer.IsEmpty ? 0 : TakeBuffered(buffer.Span));
        if (buffer.IsEmpty) return WaitAsync();
        if (!Batching) return ReadThroughAsync(buffer);
        _read ??= ArrayPool<byte>.Shared.Rent(ReadAhead);
        var count = inner.TryRead(_read);
        return count == Connection.WouldBlock ? FillAsync(buffer) : new ValueTask<int>(Take(count, buffer.Span));
    }

    /// <summary>SslStream's way to wait without a buffer; ours is given back meanwhile.</summary>
    async ValueTask<int> WaitAsync()
    {
        ReturnReadBuffer();
        await inner.WaitReadableAsync();
        return 0;
    }

    async ValueTask<int> FillAsync(Memory<byte> buffer) => Take(await inner.ReadAsync(_read), buffer.Span);

    async ValueTask<int> ReadThroughAsync(Memory<byte> buffer)
    {
        var count = await inner.ReadAsync(buffer);
        return count > 0 ? count : Ended();
    }

    int Take(int count, Span<byte> buffer)
    {
        if (count <= 0) return Ended();
        (_start, _end) = (0, count);
        return TakeBuffered(buffer);
    }

    int TakeBuffered(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _read.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    int Ended()
    {
        ToldEnd = true;
        ReturnReadBuffer();
        return 0;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Batching) return WriteThroughAsync(buffer);
        _written ??= ArrayPool<byte>.Shared.Rent(WriteBatch);
        if (buffer.Length > _written.Length - _pending) return FlushAndWriteAsync(buffer);
        buffer.Span.CopyTo(_written.AsSpan(_pending));
        _pending += buffer.Length;
        return default;
    }

    async ValueTask FlushAndWriteAsync(ReadOnlyMemory<byte> buffer)
    {
        await FlushBatchAsync();
        if (buffer.Length > _written!.Length)
        {
            await inner.WriteAsync(buffer);
            return;
        }
        buffer.Span.CopyTo(_written);
        _pending = buffer.Length;
    }

    async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> buffer) => await inner.WriteAsync(buffer);

    /// <summary>Hands the batch on.</summary>
    /// <returns>False when the inner connection was aborted.</returns>
    public ValueTask<bool> FlushBatchAsync()
    {
        if (_pending == 0) return new ValueTask<bool>(inner.End is null);
        var batch = _written.AsMemory(0, _pending);
        _pending = 0;
        return inner.WriteAsync(batch);
    }

    /// <summary>Gives the write buffer back. Only between writes.</summary>
    public void ReturnWriteBuffer()
    {
        if (Interlocked.Exchange(ref _written, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Gives the read buffer back. Only between reads.</summary>
    public void ReturnReadBuffer()
    {
        if (Interlocked.Exchange(ref _read, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
        (_start, _end) = (0, 0);
    }
}
