using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Cli.Status;

namespace Burrow.Cli.Compose;

/// <summary>Puts a status document together; each role says where its sessions come from.</summary>
sealed class TunnelStatus(OwnProcess process, MapTable maps, Func<IEnumerable<SessionStatus>> sessions, Func<IEnumerable<MapStatus>> others) : IStatusSource
{
    public StatusDocument Snapshot() => new(process.Status(), [.. sessions()], [.. maps.Status(), .. others()]);

    /// <summary>One session's line.</summary>
    public static SessionStatus Of(Session.Session session, string peer, DateTimeOffset since, CarrierHistory carriers)
    {
        var now = session.Snapshot();
        var (current, reconnects, replayed) = carriers.Read();
        return new SessionStatus(
            session.Id.ToString(), session.Mode.Text(), peer, now.IsAttached ? SessionState.Attached : SessionState.Detached, since,
            now.IsAttached ? current : null, now.Rtt > TimeSpan.Zero ? now.Rtt.TotalMilliseconds : null, reconnects, replayed,
            (long)now.SentBytes, (long)now.ReceivedBytes, now.UnackedBytes, now.QueuedBytes, now.Channels);
    }
}
