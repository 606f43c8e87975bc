using Burrow.Session.Liveness;
using Burrow.Session.Wire;

namespace Burrow.Session.Link;

/// <summary>What belongs to one carrier's time with the session: its records, its round trip, its rate. Guarded by the session's lock but for the reader's and the writer's own parts.</summary>
sealed class LinkState : IRecordSink
{
    readonly Session _session;

    public LinkState(Session session, AttachPoint point, StreamMac? receiveMac, StreamMac? sendMac, int patience, TimeSpan idlePing, TimeSpan now)
    {
        _session = session;
        Epoch = point.Epoch;
        ReceivePosition = point.ReceiveFrom;
        Records = new RecordReader(this, receiveMac, point.Epoch);
        Writer = new RecordWriter(sendMac, point.Epoch);
        Liveness = new LinkLiveness(patience, idlePing, now);
        Since = now;
    }

    public ulong Epoch { get; }

    public TimeSpan Since { get; }

    public RecordReader Records { get; }

    public RecordWriter Writer { get; }

    public LinkLiveness Liveness { get; }

    public DeliveryRate Rate { get; } = new();

    /// <summary>The offset of the next stream byte on this carrier; below the session's own while the peer repeats itself. The reader's.</summary>
    public ulong ReceivePosition { get; set; }

    /// <summary>A newer epoch was taken: nothing that this link says counts any more.</summary>
    public bool Superseded { get; set; }

    /// <summary>Whether its owner was told that it is suspect.</summary>
    public bool SuspectTold { get; set; }

    /// <summary>A PING that is not answered yet.</summary>
    public ulong? PongDue { get; set; }

    /// <summary>Stream bytes that had to be sent again when the link began.</summary>
    public ulong Replayed { get; init; }

    void IRecordSink.OnStream(ReadOnlySpan<byte> bytes) => _session.OnStream(this, bytes);

    void IRecordSink.OnRecord(RecordType type, ReadOnlySpan<byte> payload) => _session.OnRecord(this, type, payload);
}
