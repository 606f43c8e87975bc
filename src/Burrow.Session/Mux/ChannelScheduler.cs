namespace Burrow.Session.Mux;

/// <summary>
/// Which channel may send next. Two lists, as in FQ-CoDel (RFC 8290): a channel that had run dry gets its first turn before all that have a backlog, so a keystroke
/// passes a hundred downloads; those take turns of equal size. A turn is one frame, so no deficit needs to be carried over. A channel that gives little at a time
/// looks dry after every turn: while the others have had no turn each, it passes them with one turn's bytes at most.
/// </summary>
/// <remarks>Guarded by the session's lock.</remarks>
sealed class ChannelScheduler
{
    readonly Queue<Channel> _sparse = new();
    readonly Queue<Channel> _bulk = new();
    ulong _queued; // channels that ever entered _bulk
    ulong _dequeued; // … and left it

    /// <summary>Whether somebody would wait if the next channel took a long turn.</summary>
    public bool IsContended => _sparse.Count + _bulk.Count > 0;

    /// <summary>Puts a channel in line if it can send and does not stand there yet.</summary>
    public void Offer(Channel channel)
    {
        if (channel.List != ReadyList.None || !channel.CanSend) return;
        if (channel.WasServed || (channel.SentInRound >= SessionTuning.SharedQuantum && _dequeued < channel.RoundEnd))
        {
            channel.List = ReadyList.Bulk;
            _bulk.Enqueue(channel);
            _queued++;
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
            if (channel.List == ReadyList.Bulk) _dequeued++;
            channel.List = ReadyList.None;
            if (!channel.CanSend) continue;
            channel.WasServed = true;
            return channel;
        }
        return null;
    }

    /// <summary>The channel had its turn. A round is over when all that stood in line for bulk at its beginning had theirs.</summary>
    public void Served(Channel channel, int bytes)
    {
        if (_dequeued >= channel.RoundEnd)
        {
            channel.SentInRound = 0;
            channel.RoundEnd = _queued;
        }
        channel.SentInRound += bytes;
    }

    /// <summary>The channel's local end has nothing more for now: its next data counts as sparse.</summary>
    public static void RanDry(Channel channel)
    {
        channel.Readable = false;
        channel.WasServed = false;
    }
}
