namespace Burrow.Session.Resume;

/// <summary>
/// Our stream from the first byte that is not acknowledged: what a new carrier may have to send again. The slabs in which batches are built are kept here
/// until their last byte is acknowledged, so nothing is copied to be remembered.
/// </summary>
/// <remarks>Not thread-safe: the session's lock guards it. A batch in the making, and one being written to a carrier, hold their slab by a reference of their own.</remarks>
sealed class SendLog
{
    readonly RingQueue<Segment> _segments = new();
    int _next; // the segment that holds the byte at Sent, while Sent < Committed

    /// <summary>Everything below was acknowledged and is gone.</summary>
    public ulong Acked { get; private set; }

    /// <summary>The end of the stream so far.</summary>
    public ulong Committed { get; private set; }

    /// <summary>The offset up to which the current link was given the stream.</summary>
    public ulong Sent { get; private set; }

    /// <summary>Slabs that hold something for a replay: the memory that is really kept, whatever the bytes in it count.</summary>
    public int Slabs { get; private set; }

    /// <summary>Bytes that are kept for a replay.</summary>
    public ulong Unacked => Committed - Acked;

    /// <summary>Whether the current link has to be given old bytes before new ones.</summary>
    public bool Replaying => Sent < Committed;

    /// <summary>Appends stream bytes that lie in a slab and are being sent on the current link.</summary>
    public void Commit(LogSlab slab, int start, int length, in SendStamp stamp)
    {
        slab.Hold();
        if (_segments.Count == 0 || _segments[_segments.Count - 1].Slab != slab) Slabs++;
        _segments.Enqueue(new Segment(slab, start, length, Committed, stamp));
        Committed += (ulong)length;
        Sent = Committed;
        _next = _segments.Count;
    }

    /// <summary>Forgets what the peer has.</summary>
    /// <param name="offset">Between <see cref="Acked"/> and <see cref="Committed"/>.</param>
    /// <returns>The stamp of the last segment that is now wholly acknowledged, if any.</returns>
    public SendStamp? Acknowledge(ulong offset)
    {
        SendStamp? last = null;
        Acked = offset;
        while (_segments.Count > 0 && _segments[0].End <= offset)
        {
            last = _segments[0].Stamp;
            Drop();
            if (_next > 0) _next--;
        }
        return last;
    }

    /// <summary>A new link starts at that offset.</summary>
    /// <param name="start">Between <see cref="Acked"/> and <see cref="Committed"/>.</param>
    public void Rewind(ulong start)
    {
        Sent = start;
        _next = 0;
        for (var i = 0; i < _segments.Count; i++)
        {
            _segments[i].Stamp = default; // when an older link sent it says nothing about this one
            if (_segments[i].End <= start) _next = i + 1;
        }
    }

    /// <summary>Copies the next bytes that the current link has not been given, and counts them as given.</summary>
    /// <returns>How many were copied; 0 when there are none.</returns>
    public int Replay(Span<byte> destination)
    {
        // The peer had more than it said when the link was agreed: its older reader was still at work. What it has is gone here, but offsets on a link are implicit, so the
        // place of those bytes has to be filled. The peer skips them unread (docs/protocol.md §3.2).
        var copied = 0;
        if (Sent < Acked)
        {
            copied = (int)Math.Min(Acked - Sent, (ulong)destination.Length);
            destination[..copied].Clear();
            Sent += (ulong)copied;
        }
        while (copied < destination.Length && _next < _segments.Count)
        {
            ref var segment = ref _segments[_next];
            var skip = (int)(Sent - segment.Offset);
            var count = Math.Min(segment.Length - skip, destination.Length - copied);
            segment.Slab.Span.Slice(segment.Start + skip, count).CopyTo(destination[copied..]);
            copied += count;
            Sent += (ulong)count;
            if (Sent == segment.End) _next++;
        }
        return copied;
    }

    /// <summary>Gives all memory back, at the session's end.</summary>
    public void Clear()
    {
        while (_segments.Count > 0) Drop();
        Acked = Sent = Committed;
        _next = 0;
    }

    void Drop()
    {
        var slab = _segments[0].Slab;
        _segments.Dequeue();
        if (_segments.Count == 0 || _segments[0].Slab != slab) Slabs--;
        slab.Release();
    }

    struct Segment(LogSlab slab, int start, int length, ulong offset, in SendStamp stamp)
    {
        public readonly LogSlab Slab = slab;
        public readonly int Start = start;
        public readonly int Length = length;
        public readonly ulong Offset = offset;
        public SendStamp Stamp = stamp;

        public readonly ulong End => Offset + (ulong)Length;
    }
}

/// <summary>When a segment was sent and how much had been delivered by then: from these the delivery rate is measured. All zero: unknown.</summary>
readonly record struct SendStamp(TimeSpan At, ulong Delivered);
