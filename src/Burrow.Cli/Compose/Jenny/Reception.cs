using System.Net;
using Burrow.Carriers.Port;
using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Handshake;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>Where callers arrive who were told apart by their first byte: handshake, then the session that they belong to.</summary>
sealed class Reception(SessionTable sessions, CredentialTable credentials, AttemptLimiter guilty, TimeProvider time, ILogger logger)
{
    readonly AttemptLimiter _strayed = new(TimeSpan.FromMinutes(5), int.MaxValue);

    /// <summary>Serves one caller until its carrier ends.</summary>
    public async Task ServeAsync(Caller caller)
    {
        // A unix socket's caller has no address.
        var remote = caller.Remote is IPEndPoint address ? address.ToString() : caller.SameUser ? "our own user" : "another user";
        var kind = caller.SameUser ? "unix" : "tcp";
        if (!Admits(caller))
        {
            caller.Connection.Abort(new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Busy, "too many refused attempts"));
            return;
        }
        var outcome = await JennyHandshake.RunAsync(caller.Connection, ContextOf(caller, remote), sessions);
        switch (outcome)
        {
            case JennyOutcome.Born { LinkStartsHere: true } born when sessions.Get(born.Session.Id) is { } session:
                caller.Admit();
                await session.CarryAsync(caller.Connection, kind, remote, AttachPoint.Birth, logger);
                break;
            case JennyOutcome.Attached attached when sessions.Get(attached.Session.Id) is { } session:
                caller.Admit();
                await session.CarryAsync(caller.Connection, kind, remote, attached.Point, logger);
                break;
            case JennyOutcome.Refused { Reason: var reason }:
                NoteRefusal(caller, remote, reason);
                break;
            case JennyOutcome.Failed { Reason: var reason }:
                TunnelLog.CallerLeft(logger, remote, reason);
                break;
        }
    }

    /// <summary>A caller that never came as far as a handshake.</summary>
    public void TurnedAway(EndPoint? remote, EndReason reason) => TunnelLog.CallerLeft(logger, remote?.ToString(), reason);

    CallerContext ContextOf(Caller caller, string remote)
    {
        if (caller.SameUser) return new CallerContext(caller.Mode, CarrierTrust.Carrier, null, null, remote);
        if (caller.Mode != Mode.Encrypted) return new CallerContext(caller.Mode, CarrierTrust.None, null, null, remote);
        var credential = credentials.Find(caller.PeerPin);
        var refusal = credential is null
            ? new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Credential, caller.PeerPin is { } pin ? $"unknown pin {pin}" : "no certificate") : null;
        return new CallerContext(caller.Mode, CarrierTrust.Tls, credential?.Pin.Text, refusal, remote);
    }

    void NoteRefusal(Caller caller, string remote, EndReason reason)
    {
        // A session that is gone is an honest Jack's after our restart, and there may be many behind one address: told once, but not held against them.
        var limiter = reason.Cause == EndCause.UnknownSession ? _strayed : guilty;
        bool news;
        lock (limiter) news = limiter.Refused(caller.Group, time.GetUtcNow());
        if (news) TunnelLog.CallerRefused(logger, remote, reason);
    }

    bool Admits(Caller caller)
    {
        lock (guilty) return guilty.Admits(caller.Group, time.GetUtcNow());
    }
}
