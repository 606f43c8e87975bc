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

    readonly Queue<(byte[] Array, int Length)> _chunks = new();
    int _taken; // of the first chunk

    public long Length { get; private set; }

    /// <summary>What the connection said last, when that was its end: it comes after the bytes.</summary>
    public int? Ended { get; private set; }

    /// <summary>Reads until the connection has nothing more, has ended, or the limit is reached.</summary>
    /// <returns>True when more may come and be taken later.</returns>
    public bool Fill(Connection connection)
    {
        while (Ended is null && Length < limit && budget.TryReserve(ChunkSize))
        {
            var array = ArrayPool<byte>.Shared.Rent(ChunkSize);
            var count = connection.TryRead(array.AsSpan(0, ChunkSize));
            if (count > 0)
            {
                _chunks.Enqueue((array, count));
                Length += count;
                continue;
            }
            ArrayPool<byte>.Shared.Return(array);
            budget.Release(ChunkSize);
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
            var count = Math.Min(chunk.Length - _taken, buffer.Length - taken);
            chunk.Array.AsSpan(_taken, count).CopyTo(buffer[taken..]);
            taken += count;
            _taken += count;
            if (_taken == chunk.Length) Drop();
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
        ArrayPool<byte>.Shared.Return(_chunks.Dequeue().Array);
        budget.Release(ChunkSize);
        _taken = 0;
    }
}
