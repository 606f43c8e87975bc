using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Burrow.Session.Resume;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>The writer's half: batches go out.</summary>
public sealed partial class Session
{
    // A batch that would begin with less room than this begins a new slab.
    const int MinBatchRoom = 4 * 1024;

    // Before the stream: PONG, PING and ACK, each with its MAC; at the very end END (a code and a text) in the place of ACK. Kept small, because a keystroke's batch
    // takes this much of a slab besides itself until it is acknowledged.
    const int UsualRecords = 3 * (WireFormat.RecordHeaderLength + WireFormat.MacLength) + 8 + 8 + 16;
    const int LastRecords = UsualRecords + 2 + 1 + byte.MaxValue;

    LogSlab? _slab; // the slab that batches are being built in; the writer's
    int _slabUsed;
    int _recordsRoom;

    // Channels whose last read was short. They are read once more when the batch is written, before they are waited for: a busy application has written more by then, which
    // spares the wake-up of another thread for each batch, and an idle one costs one call after its bytes are on their way.
    readonly List<Channel> _again = []; // guarded by the lock

    int FrameOverhead => WireFormat.FrameHeaderLength + (_sendMac is null ? 0 : WireFormat.MacLength);

    /// <summary>
    /// Builds the next batch for a link: what its peer waits for, what an earlier link may have lost, then new frames. Called when the carrier can take it, and only after the batch
    /// before was written. One caller at a time.
    /// </summary>
    /// <returns>Bytes for the carrier, valid until the next call; empty when there is nothing to say.</returns>
    internal ReadOnlyMemory<byte> Produce(LinkState link, TimeSpan now)
    {
        int limit;
        bool mayCommit;
        lock (_gate)
        {
            if (link != _link || link.Superseded || _ended is not null)
            {
                DropSlab();
                return default;
            }
            foreach (var channel in _again)
            {
                channel.ReadAgain = false;
                channel.Readable = !channel.Over && !channel.ReadEnded;
                _scheduler.Offer(channel);
            }
            _again.Clear();
            PrepareSlab();
            mayCommit = MayCommit;
            limit = Math.Min(_slab!.Span.Length, _slabUsed + Math.Max(link.Rate.Batch, MinBatchRoom));
        }

        var slab = _slab;
        var start = _slabUsed;
        var room = slab.Span[..limit];
        var position = Replay(link, room, start);
        var streamStart = 0;
        if (position == start)
        {
            // What is outside of the stream goes first, but its room is left free now: whether it is sent depends on whether anything else is.
            streamStart = start + _recordsRoom;
            position = streamStart + WireFormat.RecordHeaderLength;
            if (mayCommit) position = WriteFrames(link, room, position, now);
        }
        var batch = Finish(link, slab, start, streamStart, position, now);
        while (_closing.TryDequeue(out var channel)) Closed(channel);
        return batch;
    }

    /// <summary>Puts stream bytes that an earlier link was given into the batch. They stay in the log where they are.</summary>
    int Replay(LinkState link, Span<byte> room, int start)
    {
        lock (_gate)
        {
            if (!_log.Replaying) return start;
            var header = start + _recordsRoom;
            var count = _log.Replay(room[(header + WireFormat.RecordHeaderLength)..]);
            new RecordHeader(RecordType.Stream, count).Write(room[header..]);
            link.Liveness.OnSent(_now);
            return header + WireFormat.RecordHeaderLength + count;
        }
    }

    /// <summary>Builds frames from <paramref name="position"/> on. Control frames come before every turn of data.</summary>
    /// <returns>The end of the last frame.</returns>
    int WriteFrames(LinkState link, Span<byte> room, int position, TimeSpan now)
    {
        var first = position;
        var controlRoom = FrameOverhead + WireFormat.MaxControlPayload;
        while (true)
        {
            Channel? channel;
            int most;
            lock (_gate)
            {
                var offset = _log.Committed + (ulong)(position - first);
                if (HasControl && room.Length - position >= controlRoom && offset + (ulong)controlRoom <= _peerLimit)
                {
                    position = WriteControl(room, position, offset, now);
                    continue;
                }
                most = DataRoom(link, room.Length - position, offset);
                if (most <= 0 || _scheduler.Next() is not { } next) return position;
                channel = next;
                if (_scheduler.IsContended) most = Math.Min(most, link.Rate.Quantum);
                if (channel.SendCredit - channel.Sent < (ulong)most) most = (int)(channel.SendCredit - channel.Sent);
            }

            // The local end is read without the lock, straight behind the header's place. Only this writer reads it.
            var payload = room.Slice(position + FrameOverhead, most);
            var count = channel.Port!.TryRead(payload);
            if (count > 0)
            {
                var header = room.Slice(position, WireFormat.FrameHeaderLength);
                new FrameHeader(FrameType.Data, count, channel.Id).Write(header);
                _sendMac?.Frame(Committed(position - first), header, default, room.Slice(position + WireFormat.FrameHeaderLength, WireFormat.MacLength));
                position += FrameOverhead + count;
            }
            AfterTurn(channel, count, most);
        }
    }

    ulong Committed(int built)
    {
        lock (_gate) return _log.Committed + (ulong)built;
    }

    void AfterTurn(Channel channel, int count, int most)
    {
        var arm = false;
        lock (_gate)
        {
            if (count > 0)
            {
                channel.Sent += (ulong)count;
                _scheduler.Served(channel, count);
            }
            if (channel.Over) return;
            if (count == most)
            {
                _scheduler.Offer(channel);
            }
            else if (count is > 0 or Connection.WouldBlock)
            {
                ChannelScheduler.RanDry(channel);
                channel.ReadAgain = count > 0;
                if (channel.ReadAgain) _again.Add(channel);
                else arm = true;
            }
            else if (count == Connection.EndOfStream)
            {
                channel.Readable = false;
                channel.ReadEnded = true;
                Note(channel, PendingFrames.Fin);
            }
        }
        if (arm) channel.Port!.ArmRead();
        if (count == Connection.Aborted) Reset(channel, channel.Port!.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
    }

    /// <summary>Commits the frames, puts the records before them, and yields the batch.</summary>
    ReadOnlyMemory<byte> Finish(LinkState link, LogSlab slab, int start, int streamStart, int position, TimeSpan now)
    {
        lock (_gate)
        {
            var stream = position - streamStart - WireFormat.RecordHeaderLength;
            var hasFrames = streamStart > 0 && stream > 0;
            var hasStream = hasFrames || streamStart == 0;
            if (_ended is not null) return default;
            if (hasFrames)
            {
                new RecordHeader(RecordType.Stream, stream).Write(slab.Span[streamStart..]);
                _log.Commit(slab, streamStart + WireFormat.RecordHeaderLength, stream, new SendStamp(now, link.Rate.Delivered));
                link.Liveness.OnSent(now);
            }
            else if (!hasStream)
            {
                position = start + _recordsRoom;
            }

            Span<byte> records = stackalloc byte[LastRecords];
            var length = WriteRecords(link, records, hasStream, now);
            if (!hasStream && length == 0)
            {
                if (slab.IsSole) DropSlab(); // an idle link holds no buffer
                return default;
            }
            var begin = start + _recordsRoom - length;
            records[..length].CopyTo(slab.Span[begin..]);
            _slabUsed = position;
            return slab.Memory[begin..position];
        }
    }

    /// <summary>The records that are due, or that may as well travel with what is sent anyway.</summary>
    int WriteRecords(LinkState link, Span<byte> records, bool beforeStream, TimeSpan now)
    {
        var length = 0;
        if (link.PongDue is { } asked)
        {
            link.PongDue = null;
            length += link.Writer.Token(records[length..], RecordType.Pong, asked);
        }
        if (link.Liveness.TakePing(now, out var token, beforeStream)) length += link.Writer.Token(records[length..], RecordType.Ping, token);
        if (_ending is not null && _recordsRoom == LastRecords)
        {
            length += link.Writer.End(records[length..], (int)_ending.Cause, _ending.Detail);
            EndSent = true;
        }
        else if (AckDue(now) || (_received > _ackedToPeer && (beforeStream || length > 0)))
        {
            _limitToPeer = Math.Max(_limitToPeer, _received + SessionTuning.ReceiveLimit);
            length += link.Writer.Ack(records[length..], _received, _limitToPeer);
            _ackedToPeer = _received;
        }
        return length;
    }

    /// <summary>END is in the batch that was produced last: once it is written, the session is over.</summary>
    internal bool EndSent { get; private set; }

    // ---- with the lock held ----

    void PrepareSlab()
    {
        _recordsRoom = _ending is null ? UsualRecords : LastRecords;
        if (_slab is { IsSole: true }) _slabUsed = 0;
        if (_slab is not null && _slab.Span.Length - _slabUsed >= _recordsRoom + MinBatchRoom) return;
        DropSlab();
        _slab = new LogSlab(LinkSlabs.Pool.Rent());
    }

    /// <summary>Whether the log may hold the slab: one is every session's, without asking; more are reserved first. When memory is short the next frames wait for an acknowledgement.</summary>
    bool MayCommit => _log.Slabs == 0 || !_slab!.IsSole || _slab.TryPay(_budget);

    void DropSlab()
    {
        _slab?.Release();
        _slab = null;
        _slabUsed = 0;
    }

    /// <summary>How long a DATA frame's payload may be: what the batch, the peer's limit and the path allow.</summary>
    int DataRoom(LinkState link, int room, ulong offset)
    {
        room -= FrameOverhead;
        offset += (ulong)FrameOverhead;
        var end = Math.Min(_log.Acked + link.Rate.Flight, _peerLimit - SessionTuning.ControlHeadroom);
        var allowed = end > offset ? end - offset : 0;
        if (allowed < SessionTuning.MinDataRoom) link.Liveness.Ask(_now); // the answer brings an ack with it, a round trip from now
        var most = (int)Math.Min(Math.Min((ulong)Math.Max(room, 0), allowed), WireFormat.MaxData);
        return most < SessionTuning.MinDataRoom ? 0 : most;
    }
}
