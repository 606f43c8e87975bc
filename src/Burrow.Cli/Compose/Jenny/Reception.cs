using System.Net;
using Burrow.Carriers.Port;
using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Handshake;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jenny;

/// <summary>Where callers arrive who were told apart by their first byte: handshake, then the session that they belong to.</summary>
sealed class Reception(SessionTable sessions, CredentialTable credentials, TimeProvider time, ILogger logger)
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    // For a caller of whom there were too many refusals: two slow round trips, in which he reads why and closes.
    static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(2);

    // Unknown keys alone are waited for less after some tries: a known one proves whose it is before it could be refused, and a wrong proof costs us one HMAC.
    readonly AttemptLimiter _unknown = new(Window);

    // What else is refused or leaves early is told once in a while for each address, and held against nobody: many honest Jacks may be behind one. Each for itself: a scanner that
    // leaves without a word must not hide the forger who comes after it.
    readonly AttemptLimiter _refused = new(Window, int.MaxValue);
    readonly AttemptLimiter _left = new(Window, int.MaxValue);

    /// <summary>Serves one caller until its carrier ends. Never throws.</summary>
    public async Task ServeAsync(Caller caller)
    {
        try
        {
            await AdmitAsync(caller);
        }
        catch (Exception exception)
        {
            TunnelLog.ChoreFailed(logger, exception);
        }
    }

    /// <summary>A caller that never came as far as a handshake.</summary>
    public void TurnedAway(EndPoint? remote, EndReason reason) => Left(AddressGroup.Of(remote), remote?.ToString() ?? "a caller", reason);

    async Task AdmitAsync(Caller caller)
    {
        // A unix socket's caller has no address.
        var remote = caller.Remote is IPEndPoint address ? address.ToString() : caller.SameUser ? "our own user" : "another user";
        var context = ContextOf(caller, remote);
        // He is told why all the same: his TLS handshake is paid for, and an honest Jack with the wrong key has to hear it to stop. But he is not waited for long.
        await using var patience = context.Refusal is { Cause: EndCause.Credential } && !Admits(caller) ? EndSoon(caller.Connection) : null;
        var outcome = await JennyHandshake.RunAsync(caller.Connection, context, sessions);
        switch (outcome)
        {
            case JennyOutcome.Born { LinkStartsHere: true } born when sessions.Get(born.Session.Id) is { } session:
                caller.Admit();
                await session.CarryAsync(caller.Connection, caller.Kind, remote, AttachPoint.Birth, logger);
                break;
            case JennyOutcome.Attached attached when sessions.Get(attached.Session.Id) is { } session:
                caller.Admit();
                await session.CarryAsync(caller.Connection, caller.Kind, remote, attached.Point, logger);
                break;
            case JennyOutcome.Measuring { Asked: var asked }:
                caller.Admit();
                await using (EndIn(MeasureTime, caller.Connection)) await Measurement.AnswerAsync(caller.Connection, asked);
                break;
            case JennyOutcome.Refused { Reason: var reason }:
                NoteRefusal(caller, remote, reason);
                break;
            case JennyOutcome.Failed { Reason: var reason }:
                Left(caller.Group, remote, reason);
                break;
        }
    }

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
        var limiter = reason.Cause == EndCause.Credential ? _unknown : _refused;
        if (IsNews(limiter, caller.Group)) TunnelLog.CallerRefused(logger, remote, reason);
        else TunnelLog.CallerRefusedAgain(logger, remote, reason);
    }

    void Left(string group, string remote, EndReason reason)
    {
        if (IsNews(_left, group)) TunnelLog.CallerLeft(logger, remote, reason);
        else TunnelLog.CallerLeftAgain(logger, remote, reason);
    }

    // As long as somebody looks at a screen on which nothing happens.
    static readonly TimeSpan MeasureTime = TimeSpan.FromSeconds(30);

    ITimer EndIn(TimeSpan limit, Connection connection) => time.CreateTimer(
        static connection => ((Connection)connection!).Abort(new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut, "a measurement took too long")), connection, limit, Timeout.InfiniteTimeSpan);

    ITimer EndSoon(Connection connection) => time.CreateTimer(
        static connection => ((Connection)connection!).Abort(new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Busy, "too many refused attempts")),
        connection, ShortPatience, Timeout.InfiniteTimeSpan);

    bool IsNews(AttemptLimiter limiter, string group)
    {
        lock (limiter) return limiter.Refused(group, Now);
    }

    bool Admits(Caller caller)
    {
        lock (_unknown) return _unknown.Admits(caller.Group, Now);
    }

    // Not the wall clock: somebody may set it.
    DateTimeOffset Now => DateTimeOffset.UnixEpoch + time.GetElapsedTime(0);
}
