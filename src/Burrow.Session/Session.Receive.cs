using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>The reader's half: a carrier's bytes come in, and become records and stream.</summary>
public sealed partial class Session
{
    /// <summary>Takes bytes that arrived on a link's carrier. One caller at a time.</summary>
    /// <returns>Null, or why the link is over: a newer one took its place, the peer ended the session, or a protocol error.</returns>
    internal EndReason? Receive(LinkState link, ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        bool wasSuspect;
        lock (_gate)
        {
            if (_ended is not null) return _ended; // what still arrives would be taken for frames of channels that never were
            if (link != _link || link.Superseded) return new(EndPhase.Relay, EndSide.Local, EndCause.Superseded);
            _now = now;
            link.Liveness.OnReceived(now);
            wasSuspect = link.SuspectTold;
            link.SuspectTold = false;
        }
        if (wasSuspect) _handler.OnRecovered(this);
        EndReason? error = null;
        var isPeers = false;
        try
        {
            link.Records.Feed(bytes);
        }
        catch (ProtocolException exception)
        {
            error = new(EndPhase.Relay, EndSide.Peer, EndCause.Protocol, exception.Message);
            isPeers = Mode == Mode.Encrypted || !exception.IsSpoiled;
        }
        CloseFlooded();
        bool work;
        lock (_gate)
        {
            if (_frames.Verified > _received)
            {
                if (_received == _ackedToPeer) _ackSince = now;
                _received = _frames.Verified;
                link.Liveness.OnStream();
            }
            work = _control.Count > 0 || link.PongDue is not null || AckDue(now) || _sessionFrames.Count > 0;
            error = _ended ?? error;
        }
        // Inside TLS, or under a MAC that was right, only the peer itself can have said it: the two ends can't go on. Elsewhere another carrier may do better.
        if (isPeers) Close(error!);
        if (work) Work.Set();
        return error;
    }

    bool AckDue(TimeSpan now) =>
        _received > _ackedToPeer && (_received - _ackedToPeer >= SessionTuning.AckBytes || now - _ackSince >= SessionTuning.AckDelay);

    internal void OnStream(LinkState link, ReadOnlySpan<byte> bytes)
    {
        var position = link.ReceivePosition;
        var end = position + (ulong)bytes.Length;
        if (end > _limitToPeer) throw new ProtocolException("stream bytes beyond the limit", spoiled: true);
        link.ReceivePosition = end;
        var expected = _frames.Position;
        if (position < expected)
        {
            var known = Math.Min((ulong)bytes.Length, expected - position);
            bytes = bytes[(int)known..];
        }
        _frames.Feed(bytes);
    }

    internal void OnRecord(LinkState link, RecordType type, ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        switch (type)
        {
            case RecordType.Ack:
                var (received, limit) = (reader.U64(), reader.U64());
                reader.End();
                OnAck(link, received, limit);
                break;
            case RecordType.Ping:
                var asked = reader.U64();
                reader.End();
                lock (_gate) link.PongDue = asked;
                break;
            case RecordType.Pong:
                var token = reader.U64();
                reader.End();
                lock (_gate)
                {
                    if (link.Liveness.OnPong(token, _now) is { } rtt) link.Rate.OnRtt(rtt, _now);
                }
                break;
            case RecordType.End:
                var cause = ControlFrames.ReadCause(reader.U16());
                var text = reader.Text();
                reader.End();
                Close(new EndReason(EndPhase.Close, EndSide.Far, cause, text.Length == 0 ? null : text));
                break;
        }
    }

    void OnAck(LinkState link, ulong received, ulong limit)
    {
        lock (_gate)
        {
            if (link != _link || link.Superseded || _ended is not null) return; // the offsets of a new link may be agreed already
            if (received > _log.Committed) throw new ProtocolException("an ack from the future");
            if (limit < received) throw new ProtocolException("a limit below what was received");
            if (received > _log.Acked)
            {
                var bytes = received - _log.Acked;
                link.Rate.OnAck(bytes, _log.Acknowledge(received), _now);
            }
            // What the peer allows beyond our own bound would only let our replay log grow for as long as it does not acknowledge.
            limit = Math.Min(limit, received + SessionTuning.ReceiveLimit);
            if (limit > _peerLimit) _peerLimit = limit;
        }
        Work.Set();
    }
}
