using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session;

/// <summary>
/// A look around now and then, whether or not a carrier is up: at local ends that nobody waits for. Bytes that can't be sent (no credit, no carrier, not the channel's turn)
/// stay in the kernel, and while they do, no wait for readability would tell of a reset behind them: it completes at once, again and again. So such channels are looked at instead.
/// </summary>
public sealed partial class Session
{
    /// <summary>How often <see cref="Survey"/> is to be called. A reset is noticed by the second look; a look costs a system call for each channel that stands still, and nothing for idle ones.</summary>
    public static readonly TimeSpan SurveyBeat = TimeSpan.FromSeconds(1);

    /// <summary>Resets the channels whose applications have reset theirs behind bytes that can't be sent, takes windows back that are not needed when memory is short, and ends a session whose peer does not hear us. Any thread, one at a time.</summary>
    /// <param name="now">The session's time.</param>
    public void Survey(TimeSpan now)
    {
        CloseFlooded();
        List<Channel>? still = null;
        lock (_gate)
        {
            if (_budget.IsShort)
                foreach (var channel in _channels.Values) channel.Window.Shrink(now, _budget);
            for (var i = _watched.Count - 1; i >= 0; i--)
            {
                var channel = _watched[i];
                if (channel.Over || !(channel.Readable || channel.ReadAgain || channel.ReadEnded))
                {
                    channel.Watched = false;
                    _watched[i] = _watched[^1];
                    _watched.RemoveAt(_watched.Count - 1);
                    continue;
                }
                // What moves is read soon, and finds a reset where it happened: behind the bytes before it.
                if (channel.Sent == channel.SentAtSurvey) (still ??= []).Add(channel);
                channel.SentAtSurvey = channel.Sent;
            }
        }
        if (still is null) return;
        foreach (var channel in still)
            if (channel.Port!.DetectReset()) Reset(channel, channel.Port.End ?? new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Reset));
    }

    // With the lock held.
    void Watch(Channel channel)
    {
        if (channel.Watched) return;
        channel.Watched = true;
        channel.SentAtSurvey = ulong.MaxValue;
        _watched.Add(channel);
    }
}
