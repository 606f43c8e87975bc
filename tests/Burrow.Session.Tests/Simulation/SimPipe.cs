namespace Burrow.Session.Tests.Simulation;

/// <summary>One direction of a simulated carrier: bounded, late, in pieces of any size, until it is cut at a byte or falls silent.</summary>
sealed class SimPipe(SimClock clock, SeededRandom random, PathPlan plan)
{
    readonly Queue<(TimeSpan Due, byte[] Bytes)> _flying = new();
    int _taken; // of the first piece
    int _inFlight;
    bool _scheduled;
    TimeSpan _lastDue;

    /// <summary>What the reading end does with bytes.</summary>
    public required Action<byte[]> Deliver { get; init; }

    /// <summary>There is room again.</summary>
    public required Action Writable { get; init; }

    /// <summary>The byte at which the carrier breaks was reached.</summary>
    public required Action Cut { get; init; }

    public long Delivered { get; private set; }

    public int InFlight => _inFlight;

    /// <summary>Breaks after so many bytes of this direction.</summary>
    public long CutAt { get; set; } = long.MaxValue;

    /// <summary>Nothing is delivered any more, and nobody is told.</summary>
    public bool Silent { get; set; }

    public bool Closed { get; set; }

    public int Write(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, plan.Capacity - _inFlight);
        if (count <= 0) return 0;
        _inFlight += count;
        var due = clock.Now + plan.Latency + TimeSpan.FromTicks(random.Below((int)plan.Jitter.Ticks + 1));
        if (due < _lastDue) due = _lastDue; // ordered
        _lastDue = due;
        _flying.Enqueue((due, bytes[..count].ToArray()));
        Schedule();
        return count;
    }

    void Schedule()
    {
        if (_scheduled || _flying.Count == 0) return;
        _scheduled = true;
        var wait = _flying.Peek().Due - clock.Now;
        clock.After(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Arrive);
    }

    void Arrive()
    {
        _scheduled = false;
        if (Closed || Silent) return;
        var bytes = Take((int)Math.Min(random.Between(1, plan.MaxPiece), CutAt - Delivered));
        if (bytes.Length > 0)
        {
            _inFlight -= bytes.Length;
            Delivered += bytes.Length;
            Deliver(bytes);
        }
        if (Closed) return;
        if (Delivered >= CutAt)
        {
            Cut();
            return;
        }
        Schedule();
        Writable();
    }

    /// <summary>A stream has no borders: several batches that have arrived are read as one piece, with acknowledgements in the middle of it.</summary>
    byte[] Take(int most)
    {
        var here = -_taken;
        foreach (var (due, bytes) in _flying)
        {
            if (due > clock.Now || here >= most) break;
            here += bytes.Length;
        }
        var taken = new byte[Math.Clamp(here, 0, most)];
        for (var filled = 0; filled < taken.Length;)
        {
            var (_, bytes) = _flying.Peek();
            var count = Math.Min(bytes.Length - _taken, taken.Length - filled);
            Array.Copy(bytes, _taken, taken, filled, count);
            filled += count;
            _taken += count;
            if (_taken < bytes.Length) break;
            _flying.Dequeue();
            _taken = 0;
        }
        return taken;
    }
}

/// <summary>What a path is like.</summary>
sealed record PathPlan(TimeSpan Latency, TimeSpan Jitter, int Capacity, int MaxPiece);
