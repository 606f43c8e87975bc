namespace Burrow.Cli.Compose.Maps;

/// <summary>
/// A channel that the other side opened here: it counts in its quota until both it and the dial for it are over, so that opening and resetting in a loop cannot pile up dials.
/// </summary>
sealed class PeerChannel(Traffic traffic, Quota quota, CancellationToken stop)
{
    readonly CancellationTokenSource _wanted = CancellationTokenSource.CreateLinkedTokenSource(stop);
    int _ended;
    int _left = 2; // the channel and its answer

    /// <summary>Where its bytes are counted.</summary>
    public Traffic Traffic { get; set; } = traffic;

    /// <summary>Cancelled when nobody waits for the dial any more.</summary>
    public CancellationToken Wanted => _wanted.Token;

    /// <summary>The channel is over. Counts once.</summary>
    public void ChannelEnded()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        _wanted.Cancel();
        Leave();
    }

    /// <summary>The channel was accepted or refused.</summary>
    public void Answered() => Leave();

    void Leave()
    {
        if (Interlocked.Decrement(ref _left) != 0) return;
        _wanted.Dispose();
        quota.Leave();
    }
}
