namespace Burrow.Carriers.Http.Cycles;

/// <summary>
/// Puts the bytes of one direction in order: pieces may come twice, late, overlapping or before their turn. Not thread-safe.
/// </summary>
/// <param name="window">Bytes that may be held, read by nobody yet or out of turn. What lies beyond is dropped as if it had been lost.</param>
sealed class Inbox(int window)
{
    readonly Queue<ReadOnlyMemory<byte>> _ready = [];
    readonly SortedDictionary<long, ReadOnlyMemory<byte>> _early = [];
    ReadOnlyMemory<byte> _current;
    long _endsAt = long.MaxValue;
    int _earlyBytes; // pieces may overlap, so that the window alone would not bound them

    /// <summary>Everything below has arrived.</summary>
    public long Received { get; private set; }

    /// <summary>Everything below was read.</summary>
    public long Consumed { get; private set; }

    /// <summary>The offset up to which the other end may send. Never shrinks.</summary>
    public long Limit => Consumed + window;

    /// <summary>What an acknowledgement says: one more than <see cref="Received"/> when the end is known and everything before it has come.</summary>
    public long Acknowledged => Received == _endsAt ? Received + 1 : Received;

    /// <summary>What has arrived before its turn, from the lowest offset up; pieces may overlap.</summary>
    public IEnumerable<(long First, long End)> Early => _early.Select(piece => (piece.Key, piece.Key + piece.Value.Length));

    public bool HasBytes => Consumed < Received;

    /// <summary>Everything was read, and the other end has ended.</summary>
    public bool AtEnd => Consumed == _endsAt;

    /// <summary>The end is known and everything before it has come.</summary>
    public bool IsWhole => Received == _endsAt;

    /// <summary>Takes a piece. It is kept as it is: the caller must not change it afterwards.</summary>
    /// <param name="fin">The direction ends behind the piece.</param>
    /// <returns>False when that contradicts what came before.</returns>
    public bool Add(long first, ReadOnlyMemory<byte> bytes, bool fin)
    {
        var end = first + bytes.Length;
        if (first < 0 || end < first || (fin && _endsAt != long.MaxValue && _endsAt != end) || (fin && end < Received) || end > _endsAt) return false;
        if (fin && end <= Limit) _endsAt = end; // an end without bytes needs no room of its own
        if (end <= Received || end > Limit) return true;
        if (first > Received)
        {
            Keep(first, bytes);
            return true;
        }
        Append(first, bytes);
        while (_early.Count > 0 && _early.First() is var (next, piece) && next <= Received)
        {
            _early.Remove(next);
            _earlyBytes -= piece.Length;
            Append(next, piece);
        }
        return true;
    }

    /// <returns>How many bytes were read; 0 when none are there.</returns>
    public int Read(Span<byte> buffer)
    {
        var taken = 0;
        while (taken < buffer.Length && (!_current.IsEmpty || _ready.TryDequeue(out _current)))
        {
            var count = Math.Min(buffer.Length - taken, _current.Length);
            _current.Span[..count].CopyTo(buffer[taken..]);
            _current = _current[count..];
            taken += count;
        }
        Consumed += taken;
        return taken;
    }

    /// <summary>Of pieces that begin at one offset the longest is enough; one for which there is no room comes again.</summary>
    void Keep(long first, ReadOnlyMemory<byte> bytes)
    {
        _early.TryGetValue(first, out var known);
        if (known.Length >= bytes.Length || _earlyBytes - known.Length + bytes.Length > window) return;
        _early[first] = bytes;
        _earlyBytes += bytes.Length - known.Length;
    }

    void Append(long first, ReadOnlyMemory<byte> bytes)
    {
        var known = (int)Math.Min(Received - first, bytes.Length);
        if (known == bytes.Length) return;
        _ready.Enqueue(bytes[known..]);
        Received = first + bytes.Length;
    }
}
