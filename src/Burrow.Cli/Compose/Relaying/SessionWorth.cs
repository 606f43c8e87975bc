using Burrow.Core;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>
/// Tells sessions from the answers of somebody who wants none. A listentwo that wants a secret takes the service's greeting for a bad handshake, answers with an alert of TLS or an HTTP error and hangs up:
/// seen from here, a client who says something and is gone. Whoever takes that for a client dials both sides hundreds of times a second.
/// </summary>
/// <param name="time">Measures the sessions.</param>
/// <param name="doubted">Called when several in a row were none; again only after one that was.</param>
/// <remarks>Any thread. A service that ends in order on such an answer makes of it a session like any other: that one is not told apart, and <see cref="DialPace"/> alone bounds it.</remarks>
sealed class SessionWorth(TimeProvider time, Action doubted)
{
    /// <summary>What lasts so long is a session, however it ends.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(3);

    // Of one or two, a client's reset is the likelier reason.
    const int Several = 3;

    int _none; // in a row

    /// <summary>The last one was no session: whoever has begun to speak may be no client either.</summary>
    public bool InDoubt => Volatile.Read(ref _none) > 0;

    /// <summary>Follows one to its end.</summary>
    /// <returns>Whether it was a session: it lasted, or both its directions ended in order and something went through.</returns>
    public async Task<bool> FollowAsync(Task<RelayResult> session)
    {
        var began = time.GetTimestamp();
        var result = await session;
        if (time.GetElapsedTime(began) >= Lasting || result is { Failed: null } and not { Forward: 0, Backward: 0 })
        {
            Volatile.Write(ref _none, 0);
            return true;
        }
        // One that said nothing was led on to nobody, or lost its client: its end is known when the next is dialled.
        if (result.Forward > 0 && Interlocked.Increment(ref _none) == Several) doubted();
        return false;
    }
}
