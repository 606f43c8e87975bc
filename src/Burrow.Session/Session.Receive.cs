using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>The reader's half: a carrier's bytes come in.</summary>
public sealed partial class Session : IFrameSink
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

    void IFrameSink.OnDataHeader(FrameHeader header)
    {
        lock (_gate)
        {
            if (Find(header.Channel) is not { Over: false } channel) return;
            if (channel.FinReceived) throw new ProtocolException($"data on channel {header.Channel} after its end");
            if (!channel.Window.Arrive(header.Length)) throw new ProtocolException($"data on channel {header.Channel} beyond its credit");
        }
    }

    void IFrameSink.OnData(ulong id, ReadOnlySpan<byte> bytes)
    {
        Channel? channel;
        IChannelPort? direct;
        lock (_gate)
        {
            channel = Find(id);
            if (channel is not { Over: false }) return;
            direct = channel.Draining ? null : channel.Port;
        }

        // Straight into the local end when it has taken everything before; that is a system call, so the lock is not held. Nobody else writes: draining is off.
        var written = direct?.TryWrite(bytes) ?? 0;
        if (written < 0)
        {
            Reset(channel, direct!.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
            return;
        }

        var drain = false;
        lock (_gate)
        {
            if (channel.Over) return;
            if (written > 0 && channel.Window.Consume(written)) Note(channel, PendingFrames.Credit);
            if (written < bytes.Length)
            {
                (channel.Queue ??= new ReceiveQueue()).Append(bytes[written..]);
                if (channel.Port is not null && !channel.Draining) drain = channel.Draining = true;
            }
        }
        if (drain) channel.Port!.Drain();
    }

    void IFrameSink.OnControl(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Open:
                OnOpen(header.Channel, payload);
                break;
            case FrameType.Opened:
                OnOpened(header.Channel, ControlFrames.ReadU64(payload));
                break;
            case FrameType.Fin:
                if (!payload.IsEmpty) throw new ProtocolException("FIN with a payload");
                OnFin(header.Channel);
                break;
            case FrameType.Reset:
                OnReset(header.Channel, ControlFrames.ReadReset(payload));
                break;
            case FrameType.Credit:
                OnCredit(header.Channel, ControlFrames.ReadU64(payload));
                break;
            case FrameType.Listen:
                var (id, request) = ControlFrames.ReadListen(payload);
                lock (_gate)
                {
                    if (id <= _lastPeerListen) throw new ProtocolException("a LISTEN id used twice");
                    _lastPeerListen = id;
                    _peerListens.Add(id);
                    if (_peerListens.Count > SessionTuning.MaxPeerListeners) throw new ProtocolException("too many listeners asked for");
                }
                _handler.OnListen(this, id, request);
                break;
            case FrameType.Unlisten:
                var unlisten = ControlFrames.ReadUnlisten(payload);
                lock (_gate)
                {
                    if (unlisten == 0 || unlisten > _lastPeerListen) throw new ProtocolException("UNLISTEN for a listener that never was");
                    if (!_peerListens.Remove(unlisten)) break; // our NOT_LISTENING was on its way
                }
                _handler.OnUnlisten(this, unlisten);
                break;
            case FrameType.Listening:
                var (listening, port) = ControlFrames.ReadListening(payload);
                CheckListen(listening);
                _handler.OnListening(this, listening, port);
                break;
            case FrameType.NotListening:
                var (failed, reason) = ControlFrames.ReadNotListening(payload);
                CheckListen(failed);
                _handler.OnNotListening(this, failed, reason);
                break;
            default:
                if ((byte)header.Type < WireFormat.FirstIgnorable) throw new ProtocolException($"an unknown frame of type {(byte)header.Type}");
                break;
        }
    }

    void OnOpen(ulong id, ReadOnlySpan<byte> payload)
    {
        var (request, credit) = ControlFrames.ReadOpen(payload);
        var channel = new Channel(request, opener: false) { Id = id, SendCredit = credit };
        EndReason? refusal = null;
        lock (_gate)
        {
            if (_ended is not null) return;
            // Refused channels count until our RESET is written: a peer that opens and does not listen would fill our memory.
            if (_peerChannelsKept >= 2 * SessionTuning.MaxPeerChannels) throw new ProtocolException("more channels than anybody can use");
            if (id != unchecked(_lastPeerId + 2)) throw new ProtocolException($"OPEN of channel {id} out of order");
            _lastPeerId = id;
            _peerChannels++;
            var window = _peerChannels > SessionTuning.MaxPeerChannels ? 0 : _budget.ReserveFirst();
            Keep(channel);
            channel.Window.Open(window, WireFormat.EarlyCredit);
            if (window == 0)
            {
                refusal = new(EndPhase.Accept, EndSide.Local, EndCause.Limit, "no memory or too many channels");
                Finish(channel, refusal);
                Note(channel, PendingFrames.Reset);
            }
        }
        if (refusal is null) _handler.OnOpen(this, channel);
    }

    void OnOpened(ulong id, ulong credit)
    {
        Channel? channel;
        lock (_gate)
        {
            channel = Find(id);
            if (IsPeers(id)) throw new ProtocolException("OPENED for the sender's own channel");
            if (channel is not { Over: false }) return;
            if (channel.Answered) throw new ProtocolException("OPENED twice");
            channel.Answered = true;
            Raise(channel, credit);
        }
        _handler.OnOpened(this, channel);
        Work.Set();
    }

    void OnCredit(ulong id, ulong credit)
    {
        lock (_gate)
        {
            if (Find(id) is not { Over: false } channel) return;
            Raise(channel, credit);
        }
        Work.Set();
    }

    void OnFin(ulong id)
    {
        Channel? channel;
        bool complete, close;
        lock (_gate)
        {
            channel = Find(id);
            if (channel is not { Over: false }) return;
            if (channel.FinReceived) throw new ProtocolException($"channel {id} ends twice");
            channel.FinReceived = true;
            complete = channel.Completed = channel.Port is not null && !channel.Draining;
            close = complete && TryFinish(channel);
        }
        if (complete) AfterCompleted(channel, close);
    }

    void OnReset(ulong id, EndReason reason)
    {
        Channel? channel;
        lock (_gate)
        {
            channel = Find(id);
            if (channel is null) return;
            Forget(channel);
            channel.Pending = PendingFrames.None;
            if (channel.Over) return; // both reset it at once
            Finish(channel, reason);
        }
        channel.Port?.Abort(reason);
        _handler.OnChannelEnded(this, channel);
    }

    // ---- with the lock held ----

    /// <summary>The channel, or null if it has ended. A number that was never opened is a protocol error.</summary>
    Channel? Find(ulong id)
    {
        if (_channels.TryGetValue(id, out var channel)) return channel;
        var known = IsPeers(id) ? _lastPeerId != ulong.MaxValue && id <= _lastPeerId : id < _nextId;
        return known && id != 0 ? null : throw new ProtocolException($"a frame for channel {id}, which never was");
    }

    bool IsPeers(ulong id) => (id & 1) == (IsJack ? 0u : 1u);

    void Raise(Channel channel, ulong credit)
    {
        if (credit <= channel.SendCredit) return;
        channel.SendCredit = credit;
        _scheduler.Offer(channel);
    }

    void CheckListen(uint id)
    {
        lock (_gate)
        {
            if (id == 0 || id >= _nextListen) throw new ProtocolException("an answer to a LISTEN that never was");
        }
    }
}
