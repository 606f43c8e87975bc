using Burrow.Core;
using Burrow.Session.Mux;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>Control frames: made from what channels have noted, at the moment in which they are sent. With the lock held.</summary>
public sealed partial class Session
{
    bool HasControl => _control.Count > 0 || _sessionFrames.Count > 0;

    int WriteControl(Span<byte> room, int position, ulong offset, TimeSpan now)
    {
        if (_sessionFrames.TryDequeue(out var ready))
        {
            ready.CopyTo(room[position..]);
            return Seal(room, position, offset, FrameHeader.Read(ready));
        }
        var channel = _control.Peek();
        var payload = room[(position + WireFormat.FrameHeaderLength)..];
        var (type, length) = NextFrame(channel, payload, now);
        if (channel.Pending == PendingFrames.None)
        {
            _control.Dequeue();
            channel.InControlQueue = false;
        }
        if (type == FrameType.None) return position;
        var header = new FrameHeader(type, length, channel.Id);
        header.Write(room[position..]);
        return Seal(room, position, offset, header);
    }

    int Seal(Span<byte> room, int position, ulong offset, FrameHeader header)
    {
        var end = position + WireFormat.FrameHeaderLength + header.Length;
        if (_sendMac is null) return end;
        _sendMac.Frame(offset, room.Slice(position, WireFormat.FrameHeaderLength), room.Slice(position + WireFormat.FrameHeaderLength, header.Length), room.Slice(end, WireFormat.MacLength));
        return end + WireFormat.MacLength;
    }

    /// <summary>Makes the first frame that a channel has pending.</summary>
    (FrameType Type, int Length) NextFrame(Channel channel, Span<byte> payload, TimeSpan now)
    {
        var frame = (PendingFrames)((int)channel.Pending & -(int)channel.Pending); // the lowest bit
        channel.Pending &= ~frame;
        switch (frame)
        {
            case PendingFrames.Open when _nextId > WireFormat.MaxChannel:
                _ending ??= new EndReason(EndPhase.Close, EndSide.Local, EndCause.Limit, "the session has used all channel numbers"); // the next session begins with new ones
                Work.Set(); // nobody waits for it now: END is in the next batch
                return (FrameType.None, 0);
            case PendingFrames.Open:
                channel.Id = _nextId;
                _nextId += 2;
                _uncommitted.Remove(channel);
                Keep(channel);
                _scheduler.Offer(channel);
                return (FrameType.Open, ControlFrames.WriteOpen(payload, channel.Request, channel.Window.Granted));
            case PendingFrames.Opened:
                return (FrameType.Opened, ControlFrames.WriteU64(payload, channel.Window.Granted));
            case PendingFrames.Credit when !channel.Over && !channel.FinReceived && channel.Window.CreditDue:
                return (FrameType.Credit, ControlFrames.WriteU64(payload, channel.Window.Renew(now, _link!.Liveness.Rtt, _budget, Options.MaxWindow)));
            case PendingFrames.Fin when !channel.Over:
                channel.FinSent = true;
                if (TryFinish(channel)) _closing.Enqueue(channel);
                return (FrameType.Fin, 0);
            case PendingFrames.Reset:
                Forget(channel);
                return (FrameType.Reset, ControlFrames.WriteReset(payload, channel.End!));
            default:
                return (FrameType.None, 0); // became pointless meanwhile
        }
    }

    // Channels that ended by their FIN while the lock was held; their ports are told when it is not. The writer's.
    readonly Queue<Channel> _closing = new();
}
