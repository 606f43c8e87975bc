namespace Burrow.Session;

/// <summary>A session at one moment.</summary>
/// <param name="IsAttached">Whether a carrier is up.</param>
/// <param name="LinkSince">When it came up, on the session's clock.</param>
/// <param name="Rtt">Smoothed; zero while unknown.</param>
/// <param name="Channels">Open, opening or closing.</param>
/// <param name="SentBytes">The length of our stream.</param>
/// <param name="ReceivedBytes">The length of the peer's.</param>
/// <param name="UnackedBytes">What would have to be sent again if the carrier broke now, at most.</param>
/// <param name="QueuedBytes">What waits for local applications, or was read ahead from them.</param>
/// <param name="DeliveryRate">Bytes per second that the peer acknowledged, at best, in the last seconds.</param>
public readonly record struct SessionSnapshot(
    bool IsAttached,
    TimeSpan LinkSince,
    TimeSpan Rtt,
    int Channels,
    ulong SentBytes,
    ulong ReceivedBytes,
    long UnackedBytes,
    long QueuedBytes,
    double DeliveryRate);
