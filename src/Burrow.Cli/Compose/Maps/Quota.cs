namespace Burrow.Cli.Compose.Maps;

/// <summary>How many channels the other side may have open here at once, over all of its sessions. Thread-safe.</summary>
sealed class ChannelQuota(int most)
{
    int _open;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= most) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);
}
