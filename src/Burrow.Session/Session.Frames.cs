using Burrow.Core;
using Burrow.Session.Mux;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>What the peer's frames do to channels and listeners (docs/protocol.md §5, §6). On the reader's thread.</summary>
public sealed partial class Session : IFrameSink
{
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
            if (written > 0 && channel.Window.Consume(written, _budget)) Note(channel, PendingFrames.Credit);
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
            if (_peerChannelsKept >= 2 * MaxPeerChannels) throw new ProtocolException("more channels than anybody can use");
            if (id != unchecked(_lastPeerId + 2)) throw new ProtocolException($"OPEN of channel {id} out of order");
            _lastPeerId = id;
            _peerChannels++;
            var window = _peerChannels > MaxPeerChannels ? 0 : _budget.ReserveFirst();
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
            if (channel.InControlQueue) ForgetSilent(); // a peer that opens and resets and does not read would fill the queue
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
