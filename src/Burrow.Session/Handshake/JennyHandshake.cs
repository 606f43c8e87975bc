using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>How a handshake on Jenny's side ended.</summary>
public abstract record JennyOutcome
{
    private JennyOutcome() { }

    /// <summary>A session was born.</summary>
    /// <param name="Session">The directory's.</param>
    /// <param name="Request">What Jack asked for.</param>
    /// <param name="LinkStartsHere">The link starts on this connection (<see cref="AttachPoint.Birth"/>); otherwise it was closed and Jack will attach.</param>
    public sealed record Born(IAttachable Session, BirthRequest Request, bool LinkStartsHere) : JennyOutcome;

    /// <summary>The carrier is proved and its epoch taken: close the session's older carrier and start a link on this connection.</summary>
    public sealed record Attached(IAttachable Session, AttachPoint Point) : JennyOutcome;

    /// <summary>Jack asked whether a session is known, was answered, and the connection is over.</summary>
    public sealed record Queried(SessionId Session, bool Known) : JennyOutcome;

    /// <summary>Jack wants to know what this carrier carries: admit him and go on by <see cref="Measurement.AnswerAsync"/>.</summary>
    public sealed record Measuring(Measure Asked) : JennyOutcome;

    /// <summary>We refused, said so, and the connection is over.</summary>
    public sealed record Refused(EndReason Reason) : JennyOutcome;

    /// <summary>Nothing was agreed: the caller left, was too slow, or spoke nonsense. The connection is over.</summary>
    public sealed record Failed(EndReason Reason) : JennyOutcome;
}

/// <summary>
/// Jenny's part of docs/protocol.md §3, over one connection. It decides nothing about credentials (its <see cref="CallerContext"/> has the verdict) and
/// nothing about births (its <see cref="ISessionDirectory"/> does), and it touches a session only after a proof was verified.
/// </summary>
/// <remarks>
/// <code>
/// 1 refused already?  → VERDICT (TLS) or REFUSED, done
/// 2 TLS               → VERDICT 0
/// 3 first message     → BIRTH:  directory → BORN | REFUSED
///                       ATTACH: known, mode, epoch → CHALLENGE → PROOF → verified, epoch taken → ATTACHED | REFUSED
///                       QUERY:  ANSWER
///                       MEASURE: the caller of this goes on
/// </code>
/// The caller owns the connection, its deadline and its read bound: abort it and this returns.
/// </remarks>
public static class JennyHandshake
{
    /// <summary>Runs one handshake. Never throws for anything a caller does.</summary>
    public static async ValueTask<JennyOutcome> RunAsync(Connection connection, CallerContext caller, ISessionDirectory directory)
    {
        var stream = new HandshakeStream(connection);
        if (caller.Refusal is { } refusal) return await RefuseAtOnceAsync(stream, caller, refusal);
        if (caller.Trust == CarrierTrust.Tls && !await stream.SendAsync(new Verdict(EndCause.Completed, ""))) return Fail(connection, stream.Failure);

        switch (await stream.ReceiveAsync())
        {
            case Birth birth when caller.Trust != CarrierTrust.None:
                return await BirthAsync(connection, stream, caller, new BirthRequest(birth, caller.Credential, caller.Remote), directory);
            case Attach attach:
                return await AttachAsync(connection, stream, caller, attach, directory);
            case Query query when caller.Trust != CarrierTrust.None:
                var known = directory.Find(query.Session, caller.Credential) is not null;
                if (!await stream.SendAsync(new Answer(known ? EndCause.Completed : EndCause.UnknownSession))) return Fail(connection, stream.Failure);
                await stream.FinishAsync();
                return new JennyOutcome.Queried(query.Session, known);
            case Measure measure when caller.Trust != CarrierTrust.None:
                return Math.Max(measure.Up, measure.Down) <= Measurement.MostBytes
                    ? new JennyOutcome.Measuring(measure) : await RefuseAsync(stream, Refusal(EndCause.Limit, $"at most {Measurement.MostBytes} bytes"));
            case Birth or Query or Measure:
                return await RefuseAsync(stream, Refusal(EndCause.Denied, "births, queries and measurements need TLS"));
            case null when stream.Failure.Cause == EndCause.Version:
                return await RefuseAsync(stream, stream.Failure);
            case null:
                return Fail(connection, stream.Failure);
            case { Type: var type }:
                return Fail(connection, new EndReason(EndPhase.Handshake, EndSide.Peer, EndCause.Protocol, $"{type} as the first message"));
        }
    }

    static async ValueTask<JennyOutcome> BirthAsync(
        Connection connection, HandshakeStream stream, CallerContext caller, BirthRequest request, ISessionDirectory directory)
    {
        var decision = directory.Birth(request);
        if (decision is BirthDecision.Refused refused) return await RefuseAsync(stream, refused.Reason);

        var granted = (BirthDecision.Granted)decision;
        var session = granted.Session;
        var born = new Born(session.Id, new Octets32(session.ResumeKey.Span), granted.WantedModes);
        if (!await stream.SendAsync(born)) return Fail(connection, stream.Failure);
        var linkStartsHere = request.Message.Mode == Mode.Encrypted && caller.Carries(Mode.Encrypted);
        if (!linkStartsHere) await stream.FinishAsync();
        return new JennyOutcome.Born(session, request, linkStartsHere);
    }

    static async ValueTask<JennyOutcome> AttachAsync(
        Connection connection, HandshakeStream stream, CallerContext caller, Attach attach, ISessionDirectory directory)
    {
        if (directory.Find(attach.Session, caller.Credential) is not { } session)
            return await RefuseAsync(stream, Refusal(EndCause.UnknownSession, attach.Session.ToString()));
        if (attach.Mode != session.Mode || !caller.Carries(attach.Mode))
            return await RefuseAsync(stream, Refusal(EndCause.Denied, $"session {session.Id} is {session.Mode}"));
        if (attach.Epoch <= session.Epoch)
            return await RefuseAsync(stream, Refusal(EndCause.StaleEpoch, $"epoch {attach.Epoch}"), session.Epoch);

        var challenge = new Challenge(Octets32.Create(), session.Received);
        if (!await stream.SendAsync(challenge)) return Fail(connection, stream.Failure);
        if (await stream.ReceiveAsync() is not { } answer) return Fail(connection, stream.Failure);
        if (answer is not Proof proof)
            return Fail(connection, new EndReason(EndPhase.Attach, EndSide.Peer, EndCause.Protocol, $"{answer.Type} instead of a proof"));

        var transcript = new AttachTranscript(
            attach.Mode, attach.Session, attach.Epoch, attach.Nonce, challenge.Nonce, challenge.Received, proof.Received, proof.Start);
        if (proof.Code != AttachProof.Jack(session.ResumeKey.Span, transcript))
            return await RefuseAsync(stream, Refusal(EndCause.BadProof, $"for session {session.Id}"));
        // Received only grows, and Jack can know of no more than what we once acknowledged: so this holds before the epoch is taken, too.
        if (proof.Start > session.Received)
            return Fail(connection, new EndReason(EndPhase.Attach, EndSide.Peer, EndCause.Protocol, $"starts at {proof.Start}, beyond what has arrived"));

        var taken = session.TryTakeEpoch(attach.Epoch, proof.Received);
        switch (taken.Refusal)
        {
            case null: break;
            case { Cause: EndCause.StaleEpoch } stale: return await RefuseAsync(stream, stale, session.Epoch);
            case { Cause: EndCause.Protocol } protocol: return Fail(connection, protocol);
            case var over: return await RefuseAsync(stream, Refusal(EndCause.UnknownSession, $"{session.Id} is over: {over}"));
        }
        return await stream.SendAsync(new Attached(taken.Start, AttachProof.Jenny(session.ResumeKey.Span, transcript, taken.Start)))
            ? new JennyOutcome.Attached(session, new AttachPoint(attach.Epoch, SendFrom: taken.Start, ReceiveFrom: proof.Start))
            : Fail(connection, stream.Failure);
    }

    static async ValueTask<JennyOutcome> RefuseAtOnceAsync(HandshakeStream stream, CallerContext caller, EndReason reason)
    {
        if (caller.Trust != CarrierTrust.Tls) return await RefuseAsync(stream, reason);
        if (await stream.SendAsync(new Verdict(reason.Cause, reason.Detail ?? ""))) await stream.FinishAsync();
        return new JennyOutcome.Refused(reason);
    }

    static async ValueTask<JennyOutcome> RefuseAsync(HandshakeStream stream, EndReason reason, ulong epoch = 0)
    {
        if (await stream.SendAsync(new Refused(reason.Cause, epoch, reason.Detail ?? ""))) await stream.FinishAsync();
        return new JennyOutcome.Refused(reason);
    }

    static JennyOutcome.Failed Fail(Connection connection, EndReason reason)
    {
        connection.Abort(reason);
        return new JennyOutcome.Failed(reason);
    }

    static EndReason Refusal(EndCause cause, string detail) => new(EndPhase.Attach, EndSide.Local, cause, detail);
}
