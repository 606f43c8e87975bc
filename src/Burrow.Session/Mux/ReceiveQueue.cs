using System.Buffers;

namespace Burrow.Session.Mux;

/// <summary>
/// What has arrived for an application that does not take it yet. Bounded by the channel's credit. Empty channels hold nothing; chunks grow with what they hold, so
/// that ten thousand slow channels with a few bytes each do not hold ten thousand slabs.
/// </summary>
/// <remarks>Guarded by the session's lock; the first chunk's bytes may be read outside of it while <see cref="Append"/> adds behind them.</remarks>
sealed class ReceiveQueue
{
    const int SmallestChunk = 4 * 1024;
    const int LargestChunk = 64 * 1024;

    readonly Queue<Chunk> _chunks = new();
    Chunk? _tail;

    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_tail is null || _tail.End == _tail.Array.Length)
            {
                _tail = new Chunk(ArrayPool<byte>.Shared.Rent(Math.Clamp(bytes.Length, SmallestChunk, LargestChunk)));
                _chunks.Enqueue(_tail);
            }
            var count = Math.Min(bytes.Length, _tail.Array.Length - _tail.End);
            bytes[..count].CopyTo(_tail.Array.AsSpan(_tail.End));
            _tail.End += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>The first bytes, without taking them. Stays valid until <see cref="Advance"/> or <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Peek() => _chunks.TryPeek(out var chunk) ? chunk.Array.AsMemory(chunk.Start, chunk.End - chunk.Start) : default;

    /// <summary>Takes bytes that <see cref="Peek"/> showed.</summary>
    public void Advance(int count)
    {
        Length -= count;
        var chunk = _chunks.Peek();
        chunk.Start += count;
        if (chunk.Start < chunk.End) return;
        _chunks.Dequeue();
        if (_chunks.Count == 0) _tail = null;
        ArrayPool<byte>.Shared.Return(chunk.Array);
    }

    /// <summary>Drops everything. <paramref name="firstInUse"/>: somebody is still reading the first chunk, which then is left to the collector.</summary>
    public void Clear(bool firstInUse)
    {
        while (_chunks.TryDequeue(out var chunk))
        {
            if (!firstInUse) ArrayPool<byte>.Shared.Return(chunk.Array);
            firstInUse = false;
        }
        _tail = null;
        Length = 0;
    }

    sealed class Chunk(byte[] array)
    {
        public readonly byte[] Array = array;
        public int Start;
        public int End;
    }
}
