using Burrow.Carriers.Port;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Cli.Status;
using Burrow.Core;
using Burrow.Core.Time;
using Burrow.Session.Handshake;
using Burrow.Session.Link;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>A session on Jenny's side, with whose it is and its carriers.</summary>
sealed class JennySession(Session.Session session, SessionEnd end, LinkRunner runner, string? credential, Birth birth, string peer, bool ownMaps, TimeProvider time)
{
    readonly SessionCarriers _carried = new(session, runner, session.Mode.Text(), peer, time);
    int _carriers; // that are being run; two while one takes over from another

    public Session.Session Session { get; } = session;

    public SessionEnd End { get; } = end;

    public LinkRunner Runner { get; } = runner;

    public string? Credential { get; } = credential;

    public string Peer { get; } = peer;

    public Moment Born { get; } = new(time);

    /// <summary>What this Jack opened here: her status has no maps of his.</summary>
    public MapStatus Status() => End.Traffic.Status($"{Session.Mode.ToString().ToLowerInvariant()} channels of {Peer}", MapState.Listening, null);

    public CarrierHistory Carriers => _carried.History;

    public UInt128 Instance => birth.Instance;

    /// <summary>Whether our own maps may use it.</summary>
    public bool OwnMaps => ownMaps;

    /// <summary>Whether no carrier is up, ending or beginning.</summary>
    public bool IsAway => Volatile.Read(ref _carriers) == 0;

    /// <summary>Away, and not only on its way: a session that was just born gets its first carrier within a handshake's time.</summary>
    public bool IsAbandoned => IsAway && Born.Age >= PortLimits.Default.Deadline;

    /// <summary>When the last carrier went, on the steady clock; the birth counts as one.</summary>
    public long DetachedAt { get; private set; } = time.GetTimestamp();

    public TimeSpan DetachedFor => time.GetElapsedTime(DetachedAt);

    /// <summary>Whether that birth ends this session: a newer run of the same instance, or the same place within the same run.</summary>
    public bool IsReplacedBy(BirthRequest request) =>
        Credential == request.Credential && birth.Instance == request.Message.Instance
        && (birth.Run < request.Message.Run || (birth.Mode == request.Message.Mode && birth.Path == request.Message.Path));

    /// <summary>Carries the session until the carrier ends.</summary>
    public async Task CarryAsync(Connection carrier, string kind, string remote, Session.AttachPoint point, ILogger logger)
    {
        Interlocked.Increment(ref _carriers);
        var loss = await _carried.CarryAsync(carrier, kind, remote, point, logger);
        DetachedAt = time.GetTimestamp();
        Interlocked.Decrement(ref _carriers);
        if (loss is { } lost) await _carried.TellUnlessMovedAsync(lost, logger);
    }
}
