namespace Burrow.Session;

/// <summary>What a user may choose about a session; the defaults are what holds when nothing is said.</summary>
public sealed record SessionOptions
{
    public static readonly SessionOptions Default = new();

    /// <summary>How much of what a local application writes is read ahead while no carrier is up, for each channel, in bytes.</summary>
    public int ReadAhead { get; init; } = 1024 * 1024;

    /// <summary>How far a channel's receive window may grow, in bytes: what the peer may send that the local application has not taken.</summary>
    public int MaxWindow { get; init; } = 8 * 1024 * 1024;

    /// <summary>A ping when nothing was received for so long. Most NATs keep a TCP entry for minutes; the worst for 30 s.</summary>
    public TimeSpan IdlePing { get; init; } = TimeSpan.FromSeconds(15);
}
