namespace Burrow.Session;

/// <summary>
/// The numbers that may be changed without changing the protocol, each with its reason. (The protocol's own are in <see cref="Wire.WireFormat"/>.)
/// </summary>
static class SessionTuning
{
    /// <summary>How much stream we let the peer send beyond what has arrived: bounds its replay memory. 16 MiB is 1 Gbit/s over 130 ms.</summary>
    public const ulong ReceiveLimit = 16 * 1024 * 1024;

    /// <summary>Data leaves this much of the peer's limit to control frames, so that credits and resets always pass.</summary>
    public const ulong ControlHeadroom = 64 * 1024;

    /// <summary>
    /// The memory of a batch, and of what is read from a carrier at once: a system call and a wake-up at the other end for each of these. With what TLS adds (22 bytes to each
    /// record of 16 KiB) it stays within four of the kernel's 64 KiB segments: a fifth one, of a few bytes, was a send, a wake-up and a read of its own for each batch.
    /// </summary>
    public const int BatchBytes = (256 * 1024) - 512;

    /// <summary>An ack after so many bytes: one for each batch. The protocol's promise is 256 KiB.</summary>
    public const ulong AckBytes = 256 * 1024;

    /// <summary>… and after so much time, for slow links and last bytes. Below a human's notice, above a delayed answer's usual arrival.</summary>
    public static readonly TimeSpan AckDelay = TimeSpan.FromMilliseconds(25);

    /// <summary>The largest DATA frame while other channels wait, on a link that takes longer than a millisecond for it: what a keystroke may have to wait for.</summary>
    public const int SharedQuantum = 16 * 1024;

    /// <summary>A batch that has less room than this ends: reading a socket for so few bytes would cost more than it moves.</summary>
    public const int MinDataRoom = 2 * 1024;

    /// <summary>Until the link's rate is known, a batch is at most this long and this much is in flight.</summary>
    public const int FirstBatch = 64 * 1024;
    public const ulong FirstFlight = 256 * 1024;

    /// <summary>The least that a channel is granted, and what it starts with while memory is plenty.</summary>
    public const int MinWindow = 8 * 1024;
    public const int FirstWindow = 32 * 1024;

    /// <summary>A grown window that was not renewed for so long is not needed: many times the longest round trip.</summary>
    public static readonly TimeSpan UnusedWindow = TimeSpan.FromSeconds(10);

    /// <summary>Listeners that the peer may ask for in a session.</summary>
    public const int MaxPeerListeners = 1024;

    /// <summary>A ping under load, at most this often; it is what a silent path is noticed by.</summary>
    public static readonly TimeSpan BusyPing = TimeSpan.FromMilliseconds(500);

    /// <summary>After END, the peer's close is awaited for so long before the carrier is torn down: a round trip on all but the worst paths.</summary>
    public static readonly TimeSpan EndLinger = TimeSpan.FromSeconds(2);

    /// <summary>Without an answer for so long a link is suspect: at least, and at most unless the path's own round trip is longer.</summary>
    public static readonly TimeSpan MinSuspect = TimeSpan.FromMilliseconds(1500);
    public static readonly TimeSpan MaxSuspect = TimeSpan.FromSeconds(3);
}
