namespace Burrow.Session.Mux;

/// <summary>
/// Which channel may send next. Two lists, as in FQ-CoDel (RFC 8290): a channel that had run dry gets its first turn before all that have a backlog, so a keystroke
/// passes a hundred downloads; those take turns of equal size. A turn is one frame, so no deficit needs to be carried over.
/// </summary>
/// <remarks>Guarded by the session's lock.</remarks>
sealed class ChannelScheduler
{
    readonly Queue<Channel> _sparse = new();
    readonly Queue<Channel> _bulk = new();

    /// <summary>Whether somebody would wait if the next channel took a long turn.</summary>
    public bool IsContended => _sparse.Count + _bulk.Count > 0;

    /// <summary>Puts a channel in line if it can send and does not stand there yet.</summary>
    public void Offer(Channel channel)
    {
        if (channel.List != ReadyList.None || !channel.CanSend) return;
        if (channel.WasServed)
        {
            channel.List = ReadyList.Bulk;
            _bulk.Enqueue(channel);
        }
        else
        {
            channel.List = ReadyList.Sparse;
            _sparse.Enqueue(channel);
        }
    }

    /// <summary>The next channel, taken out of the line; the caller offers it again after its turn. Null when nobody can send.</summary>
    public Channel? Next()
    {
        while (_sparse.TryDequeue(out var channel) || _bulk.TryDequeue(out channel))
        {
            channel.List = ReadyList.None;
            if (!channel.CanSend) continue;
            channel.WasServed = true;
            return channel;
        }
        return null;
    }

    /// <summary>The channel's local end has nothing more for now: its next data counts as sparse.</summary>
    public static void RanDry(Channel channel)
    {
        channel.Readable = false;
        channel.WasServed = false;
    }
}
