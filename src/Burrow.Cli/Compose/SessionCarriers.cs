using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Link;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>The carriers of one session, at either end: runs one after another, remembers them, and tells of them.</summary>
/// <param name="runner">The session's.</param>
/// <param name="mode">The mode, for logs.</param>
/// <param name="peer">The other side, for logs.</param>
sealed class SessionCarriers(Session.Session session, LinkRunner runner, string mode, string peer, TimeProvider time)
{
    public CarrierHistory History { get; } = new(time);

    /// <summary>Carries the session until the carrier ends. Owns the carrier.</summary>
    /// <param name="carrier">In its mode, handshake done.</param>
    /// <param name="kind">Its kind, such as <c>tcp</c>.</param>
    /// <param name="remote">Where it leads.</param>
    /// <param name="point">What the handshake agreed.</param>
    /// <param name="logger">For what is told of it.</param>
    /// <param name="attached">Told when the link has begun, before the log is.</param>
    /// <returns>Not null when the session goes on and stands without a carrier now: the loss, which is told when it happens, not when a race for another carrier is over.</returns>
    public async Task<CarrierLoss?> CarryAsync(Connection carrier, string kind, string? remote, AttachPoint point, ILogger logger, Action? attached = null)
    {
        var turn = 0;
        var reason = LinkRunner.OurFault;
        try
        {
            reason = await runner.RunAsync(carrier, point, replayed =>
            {
                turn = History.Turn + 1;
                attached?.Invoke();
                if (History.Attached(kind, remote, replayed) is { } away) TunnelLog.Resumed(logger, mode, peer, kind, remote, Duration.Format(away), replayed, session.Id);
                else TunnelLog.Up(logger, mode, peer, kind, remote, session.Id);
            });
        }
        catch (Exception exception) // a fault of ours, which has ended the session
        {
            TunnelLog.ChoreFailed(logger, exception);
        }
        // It is gone in any case; of a session that is over nobody needs to hear it.
        return History.Lost(turn) is { } up && session.Ended is null ? new CarrierLoss(up, reason) : null;
    }

    public void Tell(CarrierLoss loss, ILogger logger) => TunnelLog.Lost(logger, mode, peer, Duration.Format(loss.Up), loss.Reason);

    /// <summary>The same on the side that is called: a carrier that only gave place to the next one was not lost, unless that one does not carry soon.</summary>
    public async Task TellUnlessMovedAsync(CarrierLoss loss, ILogger logger)
    {
        if (loss.Reason.Cause == EndCause.Superseded)
        {
            await Task.Delay(Moving, time);
            if (session.Ended is not null || History.AwayFor(0) is null) return;
        }
        Tell(loss, logger);
    }

    // The rest of a handshake, on a slow path; less than a stop may take.
    static readonly TimeSpan Moving = TimeSpan.FromSeconds(1);
}

/// <summary>A carrier was lost.</summary>
/// <param name="Up">How long it was up.</param>
/// <param name="Reason">Why it ended.</param>
readonly record struct CarrierLoss(TimeSpan Up, EndReason Reason);
