using System.Buffers;
using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session.Link;

/// <summary>
/// What a local application wrote while no carrier was up: a bounded piece is read ahead, so that a program that writes a page and goes on does not notice the outage. Beyond
/// it the kernel's buffer fills and the application waits.
/// </summary>
/// <remarks>Exists only while it holds something. Guarded by its port's lock.</remarks>
/// <param name="budget">Every byte of it is reserved here.</param>
/// <param name="limit">In bytes.</param>
sealed class ReadAhead(CreditBudget budget, int limit)
{
    const int ChunkSize = 32 * 1024;

    readonly Queue<byte[]> _chunks = new();
    byte[]? _tail; // the last chunk, while it has room
    int _tailLength;
    int _taken; // of the first chunk

    public long Length { get; private set; }

    /// <summary>What the connection said last, when that was its end: it comes after the bytes.</summary>
    public int? Ended { get; private set; }

    /// <summary>Reads until the connection has nothing more, has ended, or the limit is reached.</summary>
    /// <returns>True when more may come and be taken later.</returns>
    public bool Fill(Connection connection)
    {
        while (Ended is null && Length < limit)
        {
            // Small writes share a chunk: one of their own each would make a chatty application's lines weigh a thousand times their length.
            if (_tail is null && !budget.TryGrow(ChunkSize)) break;
            var chunk = _tail ?? ArrayPool<byte>.Shared.Rent(ChunkSize);
            var used = _tail is null ? 0 : _tailLength;
            var count = connection.TryRead(chunk.AsSpan(used, ChunkSize - used));
            if (count > 0)
            {
                if (_tail is null) _chunks.Enqueue(chunk);
                Length += count;
                _tailLength = used + count;
                _tail = _tailLength < ChunkSize ? chunk : null;
                continue;
            }
            if (_tail is null) Free(chunk);
            if (count == Connection.WouldBlock) return true;
            Ended = count;
        }
        return false;
    }

    public int Take(Span<byte> buffer)
    {
        var taken = 0;
        while (taken < buffer.Length && _chunks.TryPeek(out var chunk))
        {
            var length = chunk == _tail ? _tailLength : ChunkSize;
            var count = Math.Min(length - _taken, buffer.Length - taken);
            chunk.AsSpan(_taken, count).CopyTo(buffer[taken..]);
            taken += count;
            _taken += count;
            if (_taken == length) Drop();
        }
        Length -= taken;
        return taken;
    }

    public void Clear()
    {
        while (_chunks.Count > 0) Drop();
        Length = 0;
    }

    void Drop()
    {
        var chunk = _chunks.Dequeue();
        if (chunk == _tail) _tail = null;
        _taken = 0;
        Free(chunk);
    }

    void Free(byte[] chunk)
    {
        ArrayPool<byte>.Shared.Return(chunk);
        budget.Release(ChunkSize);
    }
}
