using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Liveness;
using Burrow.Session.Mux;

namespace Burrow.Session;

/// <summary>What passes with time: acks that wait for company, pings, suspicion, channels that wait for memory.</summary>
public sealed partial class Session
{
    // How often a channel that got no memory asks again.
    static readonly TimeSpan StarvedRetry = TimeSpan.FromMilliseconds(250);

    /// <summary>Looks at the clock for a link.</summary>
    /// <returns>Why the link is to be given up, or null.</returns>
    internal EndReason? Tick(LinkState link, TimeSpan now)
    {
        var suspect = false;
        EndReason? dead = null;
        lock (_gate)
        {
            if (link != _link || link.Superseded) return new(EndPhase.Relay, EndSide.Local, EndCause.Superseded);
            _now = now;
            switch (link.Liveness.Tick(now))
            {
                case LinkHealth.Suspect when !link.SuspectTold:
                    suspect = link.SuspectTold = true;
                    break;
                case LinkHealth.Dead:
                    dead = new(EndPhase.Relay, EndSide.Path, EndCause.Silent, $"no answer for {Patience * link.Liveness.SuspectAfter.TotalSeconds:0.0} s");
                    break;
            }
            FeedStarved();
        }
        if (suspect) _handler.OnSuspect(this);
        Work.Set();
        return dead;
    }

    // Jack can dial, so he gives up soon; Jenny can only wait, and would throw a slow carrier away for nothing.
    int Patience => IsJack ? 2 : 5;

    /// <summary>How long until <see cref="Tick"/> is wanted, if nothing else happens.</summary>
    internal TimeSpan NextTick(LinkState link, TimeSpan now)
    {
        lock (_gate)
        {
            var next = link.Liveness.NextTick(now);
            if (_received > _ackedToPeer)
            {
                var ack = _ackSince + SessionTuning.AckDelay - now;
                // Overdue, it waits for a writer who knows of it and can't write: looking again at once would only burn the processor.
                if (ack <= TimeSpan.Zero) ack = SessionTuning.AckDelay;
                if (ack < next) next = ack;
            }
            if (_starved.Count > 0 && StarvedRetry < next) next = StarvedRetry;
            return next > TimeSpan.Zero ? next : TimeSpan.Zero;
        }
    }

    /// <summary>Something makes the path doubtful (an address changed, the machine slept): asks the peer at once.</summary>
    public void Doubt()
    {
        lock (_gate) _link?.Liveness.Doubt(_now);
        Work.Set();
    }

    void FeedStarved()
    {
        foreach (var channel in _starved)
        {
            var window = _budget.ReserveFirst();
            if (window == 0) return;
            // Before OPEN is made it tells the peer; afterwards a CREDIT has to.
            if (channel.Id == 0) channel.Window.Open(window, 0);
            else channel.Window.OpenLate(window);
            Note(channel, PendingFrames.Credit);
            _starved.Remove(channel);
        }
    }
}
