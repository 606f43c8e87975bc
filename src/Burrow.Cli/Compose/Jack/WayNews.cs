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
        foreach (var other in used.Others ?? []) DoesNotWork(other);
    }

    /// <summary>Better ways than the one that works were tried, and none of them leads to Jenny: the reasons are news once.</summary>
    public void Lesser(DoorResult tried)
    {
        DoesNotWork(tried);
        foreach (var other in tried.Others ?? []) DoesNotWork(other);
    }

    void DoesNotWork(DoorResult way)
    {
        lock (_gate)
        {
            if (way.Failure!.Cause == EndCause.Stopped || !_toldOfWays.Add((way.Way, way.Failure.Cause))) return;
        }
        TunnelLog.WayDoesNotWork(logger, door.NameOf(way.Way), way.Failure);
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
