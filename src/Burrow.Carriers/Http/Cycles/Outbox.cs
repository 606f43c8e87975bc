using System.Buffers;

namespace Burrow.Carriers.Http.Cycles;

/// <summary>
/// The bytes of one direction that were written and not acknowledged yet. They keep their offsets and never change, so that whatever is sent again is the same
/// to the byte. Not thread-safe.
/// </summary>
/// <param name="capacity">Bytes held at most; a power of two. The buffer grows up to it as needed and is given back when all is acknowledged.</param>
sealed class Outbox(int capacity)
{
    const int Smallest = 64 * 1024;

    byte[]? _ring;

    /// <summary>Everything below has arrived.</summary>
    public long Acked { get; private set; }

    /// <summary>Everything below was written.</summary>
    public long Written { get; private set; }

    /// <summary>Nothing will be written any more.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The other end knows of the end, too.</summary>
    public bool EndAcked { get; private set; }

    public int Free => IsComplete ? 0 : capacity - (int)(Written - Acked);

    /// <returns>How many of the bytes were taken.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Free);
        if (count == 0) return 0;
        Grow((int)(Written - Acked) + count);
        Put(Written, bytes[..count]);
        Written += count;
        return count;
    }

    public void Complete() => IsComplete = true;

    /// <summary>Copies bytes that were written and not acknowledged.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Others are asked for: what the ring has there is somebody else's.</exception>
    public void Copy(long first, Span<byte> target)
    {
        if (target.IsEmpty) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(first, Acked);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Written - target.Length);
        var at = (int)(first % _ring!.Length);
        var head = Math.Min(target.Length, _ring.Length - at);
        _ring.AsSpan(at, head).CopyTo(target);
        _ring.AsSpan(0, target.Length - head).CopyTo(target[head..]);
    }

    /// <summary>The other end has everything below an offset.</summary>
    /// <param name="received">The offset; one above <see cref="Written"/> when it knows of the end, too.</param>
    /// <returns>False when it can't have it: the peer is wrong.</returns>
    public bool Ack(long received)
    {
        var last = Written + (IsComplete ? 1 : 0);
        if (received < 0 || received > last) return false;
        if (received > Written) EndAcked = true;
        Acked = Math.Max(Acked, Math.Min(received, Written));
        if (Acked == Written) Release();
        return true;
    }

    public void Release()
    {
        if (_ring is { } ring) ArrayPool<byte>.Shared.Return(ring);
        _ring = null;
    }

    void Grow(int needed)
    {
        if (_ring is not null && needed <= _ring.Length) return;
        var size = Math.Max(Smallest, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed));
        var held = (int)(Written - Acked);
        var bigger = ArrayPool<byte>.Shared.Rent(size);
        if (held > 0)
        {
            var copy = new byte[held];
            Copy(Acked, copy);
            Release();
            _ring = bigger;
            Put(Acked, copy);
            return;
        }
        Release();
        _ring = bigger;
    }

    void Put(long first, ReadOnlySpan<byte> bytes)
    {
        var at = (int)(first % _ring!.Length);
        var head = Math.Min(bytes.Length, _ring.Length - at);
        bytes[..head].CopyTo(_ring.AsSpan(at));
        bytes[head..].CopyTo(_ring);
    }
}
