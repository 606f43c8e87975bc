using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Burrow.Session.Wire;

namespace Burrow.Session;

/// <summary>Channels as this side's owner and ports see them: opened, accepted, reset, read and drained.</summary>
public sealed partial class Session
{
    /// <summary>Opens a channel. Works while no carrier is up, too: it is then committed later.</summary>
    internal Channel Open(OpenRequest request, object? tag, Func<Session, Channel, IChannelPort> portOf)
    {
        var channel = new Channel(request, opener: true) { Tag = tag, SendCredit = WireFormat.EarlyCredit };
        var port = channel.Port = portOf(this, channel);
        EndReason? ended;
        lock (_gate)
        {
            ended = _ended;
            if (ended is null)
            {
                channel.Window.Open(_budget.ReserveFirst(), 0);
                if (channel.Window.Size == 0) _starved.Add(channel);
                _uncommitted.Add(channel);
                Note(channel, PendingFrames.Open);
            }
            else
            {
                channel.Over = true;
                channel.End = ended;
            }
        }
        if (ended is not null)
        {
            port.Abort(ended);
            _handler.OnChannelEnded(this, channel);
            return channel;
        }
        port.ArmRead();
        Work.Set();
        return channel;
    }

    /// <summary>Answers <see cref="ISessionHandler.OnOpen"/>: the channel's local end is there. If the peer reset it meanwhile, the end is aborted.</summary>
    internal void Accept(Channel channel, Func<Session, Channel, IChannelPort> portOf)
    {
        var port = portOf(this, channel);
        bool drain = false, complete = false;
        EndReason? end = null;
        lock (_gate)
        {
            if (channel.Over)
            {
                end = channel.End ?? EndReason.Stopped;
            }
            else
            {
                channel.Port = port;
                channel.Answered = true;
                Note(channel, PendingFrames.Opened);
                drain = channel.Draining = channel.Queue is { Length: > 0 };
                complete = channel.Completed = channel.FinReceived && !drain;
            }
        }
        if (end is not null)
        {
            port.Abort(end);
            return;
        }
        if (drain) port.Drain();
        if (complete) port.Complete();
        port.ArmRead();
        Work.Set();
    }

    /// <summary>Opens a channel for a connection, which it owns from now on. Works while no carrier is up, too: it is then committed later.</summary>
    /// <param name="request">What the peer is asked for.</param>
    /// <param name="connection">The local end.</param>
    /// <param name="tag">See <see cref="Channel.Tag"/>.</param>
    public Channel Open(OpenRequest request, Connection connection, object? tag) =>
        Open(request, tag, (session, channel) => new ConnectionPort(session, channel, connection));

    /// <summary>Answers <see cref="ISessionHandler.OnOpen"/>: the channel's local end is this connection, which the channel owns from now on.</summary>
    public void Accept(Channel channel, Connection connection) =>
        Accept(channel, (session, accepted) => new ConnectionPort(session, accepted, connection));

    /// <summary>Answers <see cref="ISessionHandler.OnOpen"/>: no.</summary>
    public void Refuse(Channel channel, EndReason reason) => Reset(channel, reason);

    /// <summary>Resets a channel from this side: both directions end, the peer is told why.</summary>
    public void Reset(Channel channel, EndReason reason)
    {
        lock (_gate)
        {
            if (channel.Over) return;
            Finish(channel, reason);
            if (channel.Id == 0)
            {
                channel.Pending = PendingFrames.None; // never committed: the peer never hears of it
                _uncommitted.Remove(channel);
                ForgetSilent();
            }
            else
            {
                channel.Pending = PendingFrames.None;
                Note(channel, PendingFrames.Reset);
            }
        }
        channel.Port?.Abort(reason);
        _handler.OnChannelEnded(this, channel);
        Work.Set();
    }

    /// <summary>A port's local end may give something again.</summary>
    internal void OnReadable(Channel channel)
    {
        lock (_gate)
        {
            if (channel.Over || channel.ReadEnded) return;
            channel.Readable = true;
            Watch(channel);
            _scheduler.Offer(channel);
            if (channel.List == ReadyList.None || _link is null) return;
        }
        Work.Set();
    }

    /// <summary>Shows a draining port the first bytes that wait for its local end.</summary>
    /// <returns>False when there are none (any more): the draining is over.</returns>
    internal bool PeekReceived(Channel channel, out ReadOnlyMemory<byte> bytes)
    {
        bool complete, close = false;
        lock (_gate)
        {
            bytes = channel.Over ? default : channel.Queue!.Peek();
            if (!bytes.IsEmpty) return true;
            channel.Draining = false;
            complete = !channel.Over && channel.FinReceived && !channel.Completed;
            if (complete)
            {
                channel.Completed = true;
                close = TryFinish(channel);
            }
        }
        if (complete) AfterCompleted(channel, close);
        return false;
    }

    /// <summary>A draining port's local end took bytes that <see cref="PeekReceived"/> showed.</summary>
    internal void Delivered(Channel channel, int count)
    {
        lock (_gate)
        {
            if (channel.Over) return;
            channel.Queue!.Advance(count);
            if (!channel.Window.Consume(count, _budget)) return;
            Note(channel, PendingFrames.Credit);
        }
        Work.Set();
    }

    // ---- with the lock held ----

    void Keep(Channel channel)
    {
        _channels.Add(channel.Id, channel);
        if (!channel.IsOpener) _peerChannelsKept++;
    }

    void Forget(Channel channel)
    {
        if (_channels.Remove(channel.Id) && !channel.IsOpener) _peerChannelsKept--;
    }

    /// <summary>Notes what a channel has to say; the writer makes the frame when it can be sent.</summary>
    void Note(Channel channel, PendingFrames frames)
    {
        channel.Pending |= frames;
        if (channel.InControlQueue) return;
        channel.InControlQueue = true;
        _control.Enqueue(channel);
    }

    /// <summary>Channels that have nothing to say any more leave the queue when they are most of it: in a long outage nobody else takes them out.</summary>
    void ForgetSilent()
    {
        if (++_silent < 64 || _silent < _control.Count / 2) return;
        _silent = 0;
        for (var left = _control.Count; left > 0; left--)
        {
            var channel = _control.Dequeue();
            if (channel.Pending == PendingFrames.None) channel.InControlQueue = false;
            else _control.Enqueue(channel);
        }
    }

    /// <summary>Lets go of what a channel holds.</summary>
    void Finish(Channel channel, EndReason? reason)
    {
        channel.Over = true;
        channel.End = reason;
        channel.Queue?.Clear(firstInUse: channel.Draining);
        if (channel.Window.Size == 0) _starved.Remove(channel);
        channel.Window.Close(_budget);
        if (!channel.IsOpener) _peerChannels--;
    }

    /// <summary>Ends a channel that has nothing more to say or to hear.</summary>
    bool TryFinish(Channel channel)
    {
        if (channel.Over || !channel.FinSent || !channel.Completed) return false;
        Finish(channel, null);
        Forget(channel);
        return true;
    }

    // ---- without it ----

    void AfterCompleted(Channel channel, bool close)
    {
        channel.Port!.Complete();
        if (close) Closed(channel);
    }

    void Closed(Channel channel)
    {
        channel.Port!.Close();
        _handler.OnChannelEnded(this, channel);
    }
}
