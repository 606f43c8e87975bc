namespace Burrow.Cli.Compose.Maps;

/// <summary>How many of something (channels, listeners) the other side may have here at once, over all of its sessions. Thread-safe.</summary>
sealed class Quota(int most)
{
    int _taken;

    public int Most => most;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= most) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _taken);
}

/// <summary>What the other side may have here at once.</summary>
sealed record Quotas(Quota Channels, Quota Listeners);
