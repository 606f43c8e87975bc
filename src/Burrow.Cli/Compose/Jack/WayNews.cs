using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Tells why ways do not lead to Jenny, each reason once: an outage may go to and fro between two of them for hours. Thread-safe.</summary>
sealed class WayNews(IJennyDoor door, ILogger logger)
{
    readonly Lock _gate = new();
    readonly HashSet<(int Way, EndCause Cause)> _told = []; // failures of this outage; guarded by _gate
    readonly HashSet<(int Way, EndCause Cause)> _toldOfWays = []; // failures of ways beside one that works, in this network; guarded by _gate

    /// <summary>The outage is over.</summary>
    public void Attached()
    {
        lock (_gate) _told.Clear();
    }

    /// <summary>The network is another one.</summary>
    public void Forget()
    {
        lock (_gate) _toldOfWays.Clear();
    }

    /// <summary>That way leads to Jenny; of those that were tried with it and do not, the reasons are news once.</summary>
    public void Uses(DoorResult used)
    {
        door.Worked(used.Way);
        foreach (var other in used.Others ?? [])
        {
            lock (_gate)
            {
                if (other.Failure!.Cause == EndCause.Stopped || !_toldOfWays.Add((other.Way, other.Failure.Cause))) continue;
            }
            TunnelLog.WayDoesNotWork(logger, door.NameOf(other.Way), other.Failure);
        }
    }

    /// <summary>No way led anywhere.</summary>
    public void Failed(DoorResult tried)
    {
        Failed(tried.Way, tried.Failure!);
        foreach (var other in tried.Others ?? []) Failed(other.Way, other.Failure!);
    }

    public void Failed(int way, EndReason reason)
    {
        if (reason.Cause == EndCause.Stopped) return;
        lock (_gate)
        {
            if (!_told.Add((way, reason.Cause))) return;
        }
        TunnelLog.CannotReach(logger, door.NameOf(way), reason);
    }
}
