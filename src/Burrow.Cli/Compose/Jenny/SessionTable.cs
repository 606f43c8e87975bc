using System.Security.Cryptography;
using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Handshake;
using Burrow.Session.Link;
using Burrow.Session.Mux;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>Jenny's sessions: born, found, superseded by a newer run of the same instance, bounded for each credential, and expired when nobody came back.</summary>
/// <param name="context">What all ends share.</param>
/// <param name="grants">What each credential may do.</param>
/// <param name="wantedModes">The modes in which our own maps need a session.</param>
/// <param name="timeout">How long a session waits for its Jack.</param>
/// <param name="options">For every session.</param>
/// <param name="budget">The process's memory for what sessions hold.</param>
sealed class SessionTable(SessionEndContext context, Func<string?, Grant?> grants, Func<byte> wantedModes, TimeSpan timeout, SessionOptions options, CreditBudget budget) : ISessionDirectory, ISessionSource
{
    readonly Lock _gate = new();
    readonly Dictionary<SessionId, JennySession> _sessions = [];
    readonly Dictionary<(string? Credential, UInt128 Instance), ulong> _runs = [];
    TaskCompletionSource _birth = NewSignal(); // guarded by _gate

    public BirthDecision Birth(BirthRequest request)
    {
        if (grants(request.Credential) is not { } grant) return Refuse(EndCause.Credential, "no longer authorized");
        var message = request.Message;
        List<JennySession> over;
        JennySession? displaced = null;
        JennySession born;
        int open;
        TaskCompletionSource birth;
        lock (_gate)
        {
            var instance = (request.Credential, message.Instance);
            if (_runs.TryGetValue(instance, out var known) && message.Run < known) return Refuse(EndCause.Superseded, "a newer run of this Jack is here");
            over = [.. _sessions.Values.Where(session => session.IsReplacedBy(request))];
            var mine = _sessions.Values.Where(session => session.Credential == request.Credential).Except(over).ToList();
            if (mine.Count >= grant.MaxSessions)
            {
                // Never one of his own run: he would lose connections in one mode to gain another.
                displaced = mine.Where(session => session.IsAbandoned && session.Instance != message.Instance).MinBy(session => session.DetachedAt);
                if (displaced is null) return Refuse(EndCause.Busy, $"{mine.Count} sessions are open under this credential, max-sessions is {grant.MaxSessions}");
                _sessions.Remove(displaced.Session.Id);
            }
            _runs[instance] = message.Run; // not before it is granted: what is refused leaves nothing behind
            foreach (var session in over) _sessions.Remove(session.Session.Id);
            born = Create(request, grant);
            _sessions.Add(born.Session.Id, born);
            open = _sessions.Count;
            (birth, _birth) = (_birth, NewSignal());
        }
        // Outside of the lock, but before Jack hears of the birth: the old run's listeners are free when the new one asks for them.
        foreach (var session in over) session.Session.Close(new EndReason(EndPhase.Close, EndSide.Far, EndCause.Superseded, message.Name));
        displaced?.Session.Close(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Limit, $"longest without a carrier when another Jack came, and max-sessions is {grant.MaxSessions}"));
        if (grant.Authority.OwnMaps) context.Maps.AddAsker(message.Mode, born.End);
        if (born.Session.Ended is not null) context.Maps.RemoveAsker(born.End); // superseded already
        birth.SetResult();
        TunnelLog.SessionBorn(context.Logger, born.Session.Id, message.Mode.Text(), born.Peer, request.Remote, open);
        return new BirthDecision.Granted(born.Session, wantedModes());
    }

    public IAttachable? Find(SessionId id, string? credential)
    {
        lock (_gate) return _sessions.TryGetValue(id, out var found) && (credential is null || credential == found.Credential) ? found.Session : null;
    }

    public JennySession? Get(SessionId id)
    {
        lock (_gate) return _sessions.GetValueOrDefault(id);
    }

    /// <summary>The Jack who came last, one that is here now before one that is away. None is waited for: she can't call one.</summary>
    public ValueTask<Session.Session?> PickAsync(Mode mode, Task givenUp)
    {
        lock (_gate)
        {
            var best = _sessions.Values.Where(session => session.Session.Mode == mode && session.OwnMaps).OrderBy(session => session.Session.IsAttached).ThenBy(session => session.Born.Timestamp).LastOrDefault();
            return new(best?.Session);
        }
    }

    /// <summary>Completes at the next birth: for who got null from <see cref="PickAsync"/> and can wait. To be taken before the look that it follows.</summary>
    public Task NextBirth
    {
        get { lock (_gate) return _birth.Task; }
    }

    public IReadOnlyList<JennySession> All
    {
        get { lock (_gate) return [.. _sessions.Values]; }
    }

    /// <summary>Ends the sessions whose credential was taken out.</summary>
    public void EndRevoked()
    {
        foreach (var session in All)
            if (grants(session.Credential) is null) session.Session.End(new EndReason(EndPhase.Close, EndSide.Far, EndCause.Credential, "no longer authorized"));
    }

    /// <summary>Ends the sessions whose Jack stayed away too long. To be called now and then.</summary>
    public void Expire()
    {
        foreach (var session in All)
            if (session.IsAway && session.DetachedFor > timeout)
                session.Session.Close(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Expired, "its Jack did not come back"));
    }

    JennySession Create(BirthRequest request, Grant grant)
    {
        // What the credential is called comes first: the other name is whatever its holder says.
        var said = request.Message.Name.Length > 0 ? request.Message.Name : request.Remote ?? "Jack";
        var peer = grant.Name is null ? said : $"{grant.Name}/{said}";
        var end = new SessionEnd(context, grant.Authority, grant.Quotas, peer);
        var key = RandomNumberGenerator.GetBytes(32);
        var session = new Session.Session(SessionId.Create(), request.Message.Mode, key, isJack: false, end, budget) { Options = options };
        end.Bind(session);
        var runner = new LinkRunner(session, context.Time) { OlderLingers = age => TunnelLog.OlderLingers(context.Logger, session.Mode.Text(), peer, Duration.Format(age)) };
        var born = new JennySession(session, end, runner, request.Credential, request.Message, peer, grant.Authority.OwnMaps, context.Time);
        end.Ended += reason => OnEnded(born, reason);
        return born;
    }

    void OnEnded(JennySession session, EndReason reason)
    {
        int open;
        lock (_gate)
        {
            _sessions.Remove(session.Session.Id);
            open = _sessions.Count;
            // A run without sessions left needs no remembering; what it might still send is refused by its sessions being gone.
            if (!_sessions.Values.Any(other => other.Credential == session.Credential && other.Instance == session.Instance)) _runs.Remove((session.Credential, session.Instance));
        }
        context.Maps.RemoveAsker(session.End);
        TunnelLog.SessionEnded(context.Logger, session.Session.Id, session.Session.Mode.Text(), session.Peer, reason, open);
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static BirthDecision.Refused Refuse(EndCause cause, string detail) => new(new EndReason(EndPhase.Handshake, EndSide.Local, cause, detail));
}

/// <summary>What one credential may do.</summary>
/// <param name="Name">What it is called in the authorized file, or null.</param>
/// <param name="Authority">What it may dial, and where it may listen.</param>
/// <param name="MaxSessions">At once.</param>
/// <param name="Quotas">Channels and listeners at once.</param>
sealed record Grant(string? Name, Authority Authority, int MaxSessions, Quotas Quotas);
