namespace Burrow.Carriers.Http.Cycles;

/// <summary>What is tuned about cycles. Nothing here is part of the protocol.</summary>
static class CycleTuning
{
    /// <summary>Bytes that either direction may hold at one end: 40 MB/s over 100 ms.</summary>
    public const int Window = 4 * 1024 * 1024;

    /// <summary>The first request's body. Bodies grow as long as all goes well.</summary>
    public const int FirstPush = 64 * 1024;

    /// <summary>A larger body gains nothing over a proxy's own work.</summary>
    public const int LargestPush = 1024 * 1024;

    /// <summary>Below this, a proxy that refuses is not refusing the size.</summary>
    public const int SmallestPush = 1024;

    public const int FirstPull = 256 * 1024;

    public const int LargestPull = 1024 * 1024;

    public const int SmallestPull = 4 * 1024;

    /// <summary>Pushes at once: a proxy makes a connection for each of them, and the second hides the first one's round trip.</summary>
    public const int Pushes = 4;

    /// <summary>Pulls at once while much comes down; one is enough to wait with.</summary>
    public const int Pulls = 3;

    /// <summary>How long Jenny holds a pull back for want of bytes: less than the 30 s after which impatient proxies cut.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(25);

    /// <summary>
    /// How often the session may ask for a sign of life of its own: both ends do, and that is four requests. With the pulls, an idle carrier makes fewer than one request in ten seconds, in every minute.
    /// </summary>
    public static readonly TimeSpan RareProbe = TimeSpan.FromSeconds(120);

    /// <summary>Shorter ones would be polling.</summary>
    public static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(1);

    /// <summary>For an answer, beyond what Jenny holds it back for.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>With nothing but misses for so long, the carrier is given up: a proxy may have been restarted meanwhile.</summary>
    public static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(30);

    /// <summary>Jenny gives a carrier up that asks for nothing any more.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(60);

    /// <summary>The pause before a request is made again: at once, because pooled connections end at any time, then doubling.</summary>
    public static TimeSpan Backoff(int attempts) => attempts <= 1 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(2000, 50 << Math.Min(attempts - 2, 6)));
}
