using Burrow.Core;

namespace Burrow.Session.Handshake;

/// <summary>How much a failed handshake says.</summary>
public enum FailureKind
{
    /// <summary>Nobody answered to the end: the carrier broke, was too slow, or spoke nonsense. Try again.</summary>
    Lost,

    /// <summary>A refusal from somebody who has proved nothing. Ask over TLS (<see cref="JackHandshake.QueryAsync"/>) and keep the session as it is.</summary>
    Hint,

    /// <summary>Jenny herself refused, on an authenticated carrier.</summary>
    Refused,
}

/// <summary>Why a handshake of Jack's did not work.</summary>
/// <param name="Kind">Whose word it is.</param>
/// <param name="Reason">What was said or happened.</param>
/// <param name="EpochToExceed">With <see cref="EndCause.StaleEpoch"/>: attach again with a higher epoch than this. Else 0.</param>
public sealed record HandshakeFailure(FailureKind Kind, EndReason Reason, ulong EpochToExceed = 0)
{
    /// <summary>The session is over, or will never be: only an authenticated refusal says so (docs/protocol.md §3.3).</summary>
    public bool IsFinal => Kind == FailureKind.Refused && !Reason.RetryHelps;
}

/// <summary>What came of a birth: one of the two is null.</summary>
/// <param name="Born">The session's id, resume key and Jenny's wanted modes.</param>
/// <param name="Failure">Why there is none.</param>
/// <param name="LinkStartsHere">The link starts on this connection (<see cref="AttachPoint.Birth"/>); otherwise dispose it and attach.</param>
public readonly record struct BirthResult(Born? Born, HandshakeFailure? Failure, bool LinkStartsHere = false);

/// <summary>What came of an attach: <paramref name="Point"/> counts when <paramref name="Failure"/> is null.</summary>
public readonly record struct AttachResult(AttachPoint Point, HandshakeFailure? Failure);

/// <summary>What came of a query: <paramref name="Known"/> counts when <paramref name="Failure"/> is null. Not known is final.</summary>
public readonly record struct QueryResult(bool Known, HandshakeFailure? Failure);

/// <summary>
/// Jack's part of docs/protocol.md §3, over one connection and once. Each method returns a result and never throws for anything that the other side does.
/// He sends his first message without waiting for the VERDICT, which saves a round trip on every reconnect.
/// </summary>
/// <param name="connection">The carrier in its mode, TLS finished and Jenny's pin checked. Owned by the caller; aborted on failure.</param>
/// <param name="trust">What stands behind it.</param>
/// <param name="deadline">After this long the connection is aborted as timed out.</param>
/// <param name="time">Runs the deadline.</param>
public sealed class JackHandshake(Connection connection, CarrierTrust trust, TimeSpan deadline, TimeProvider time)
{
    /// <summary>
    /// Somebody on a plaintext path could answer "stale epoch" with the highest number there is, and the session could never be attached again. A jump that
    /// no honest pair of ends can have made is not believed.
    /// </summary>
    public const ulong MaxEpochJump = 1UL << 32;

    readonly HandshakeStream _stream = new(connection);

    /// <summary>Asks for a session.</summary>
    public async ValueTask<BirthResult> BirthAsync(Birth birth)
    {
        using var timer = StartDeadline();
        if (!await _stream.SendAsync(birth)) return new BirthResult(null, Lost(_stream.Failure));
        var (answer, failure) = await ReceiveAsync(afterVerdict: true);
        if (failure is not null) return new BirthResult(null, failure);
        if (answer is not Born born) return new BirthResult(null, Unexpected(answer!));

        var linkStartsHere = birth.Mode == Mode.Encrypted;
        if (!linkStartsHere) await connection.CompleteAsync();
        return new BirthResult(born, null, linkStartsHere);
    }

    // ATTACHED is an HMAC and a message away from PROOF; a machine that is busy otherwise may take this long all the same.
    static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(1);

    /// <summary>Attaches a session to this carrier.</summary>
    /// <param name="session">Its epoch is taken as soon as Jenny has answered, before PROOF.</param>
    /// <param name="epoch">Greater than every epoch tried before.</param>
    /// <param name="stop">Gives up, as long as the epoch is not taken: the older carrier works again. Afterwards there is no way back to that one.</param>
    public async ValueTask<AttachResult> AttachAsync(IAttachable session, ulong epoch, CancellationToken stop = default)
    {
        using var timer = StartDeadline();
        var begun = time.GetTimestamp();
        var attach = new Attach(session.Mode, session.Id, epoch, Octets32.Create());
        HandshakeMessage? answer;
        HandshakeFailure? failure;
        await using (stop.Register(() => connection.Abort(EndReason.Stopped)))
        {
            if (!await _stream.SendAsync(attach)) return Failed(Lost(_stream.Failure));
            (answer, failure) = await ReceiveAsync(afterVerdict: true, epoch);
        }
        if (stop.IsCancellationRequested) return Failed(Lost(EndReason.Stopped));
        if (failure is not null) return Failed(failure);
        if (answer is not Challenge challenge) return Failed(Unexpected(answer!));

        // From here on the session stands still until ATTACHED comes: what a round trip took now says how long that may be.
        var patience = 4 * time.GetElapsedTime(begun);
        if (patience < deadline) timer.Change(patience > LeastPatience ? patience : LeastPatience, Timeout.InfiniteTimeSpan);

        // Before PROOF is computed, so that no acknowledgement on the older carrier can overtake the offsets that it names.
        var taken = session.TryTakeEpoch(epoch, challenge.Received);
        if (taken.Refusal is { } notTaken) return Failed(Lost(notTaken) with { EpochToExceed = session.Epoch });

        var transcript = new AttachTranscript(
            attach.Mode, attach.Session, epoch, attach.Nonce, challenge.Nonce, challenge.Received, taken.Received, taken.Start);
        if (!await _stream.SendAsync(new Proof(taken.Received, taken.Start, AttachProof.Jack(session.ResumeKey.Span, transcript))))
            return Failed(Lost(_stream.Failure));
        (answer, failure) = await ReceiveAsync(afterVerdict: false, epoch);
        if (failure is not null) return Failed(failure);
        if (answer is not Attached attached) return Failed(Unexpected(answer!));
        if (attached.Code != AttachProof.Jenny(session.ResumeKey.Span, transcript, attached.Start))
            return Failed(Give(FailureKind.Hint, new EndReason(EndPhase.Attach, EndSide.Peer, EndCause.BadProof, "the other side does not know this session")));
        return attached.Start <= taken.Received
            ? new AttachResult(new AttachPoint(epoch, SendFrom: taken.Start, ReceiveFrom: attached.Start), null)
            : Failed(Lost(Protocol($"starts at {attached.Start}, beyond what has arrived")));
    }

    /// <summary>Asks whether Jenny still knows a session. The connection is over afterwards.</summary>
    public async ValueTask<QueryResult> QueryAsync(SessionId session)
    {
        using var timer = StartDeadline();
        if (!await _stream.SendAsync(new Query(session))) return new QueryResult(false, Lost(_stream.Failure));
        var (answer, failure) = await ReceiveAsync(afterVerdict: true);
        if (failure is not null) return new QueryResult(false, failure);
        if (answer is not Answer { Code: EndCause.Completed or EndCause.UnknownSession } known) return new QueryResult(false, Unexpected(answer!));
        await connection.CompleteAsync();
        return new QueryResult(known.Code == EndCause.Completed, null);
    }

    /// <summary>Measures the carrier. The connection is over afterwards. A Jenny who does not know the message closes.</summary>
    /// <param name="up">Bytes to send.</param>
    /// <param name="down">Bytes to receive.</param>
    public async ValueTask<MeasureResult> MeasureAsync(uint up, uint down)
    {
        using var timer = StartDeadline();
        if (!await _stream.SendAsync(new Measure(up, down))) return new MeasureResult(default, default, Lost(_stream.Failure));
        if (await GoAheadAsync(afterVerdict: true) is { } refused) return new MeasureResult(default, default, refused);
        var began = time.GetTimestamp();
        if (!await Measurement.SendAsync(connection, up)) return new MeasureResult(default, default, Lost(connection.End ?? Protocol("took no more bytes")));
        if (await GoAheadAsync(afterVerdict: false) is { } lost) return new MeasureResult(default, default, lost);
        var there = time.GetTimestamp();
        if (!await Measurement.ReceiveAsync(connection, down)) return new MeasureResult(default, default, Lost(connection.End ?? Protocol("fewer bytes than were asked for")));
        var result = new MeasureResult(time.GetElapsedTime(began, there), time.GetElapsedTime(there), null);
        await connection.CompleteAsync();
        return result;
    }

    /// <returns>Null when Jenny answered that all is well.</returns>
    async ValueTask<HandshakeFailure?> GoAheadAsync(bool afterVerdict)
    {
        var (answer, failure) = await ReceiveAsync(afterVerdict);
        return failure ?? (answer is Answer { Code: EndCause.Completed } ? null : Unexpected(answer!));
    }

    /// <summary>The next message that is neither a welcome nor a refusal.</summary>
    async ValueTask<(HandshakeMessage? Answer, HandshakeFailure? Failure)> ReceiveAsync(bool afterVerdict, ulong epoch = 0)
    {
        var message = await _stream.ReceiveAsync();
        if (afterVerdict && trust == CarrierTrust.Tls && message is not null)
        {
            if (message is not Verdict verdict) return (null, Unexpected(message));
            if (verdict.Code != EndCause.Completed) return (null, Refusal(EndPhase.Handshake, verdict.Code, verdict.Text));
            message = await _stream.ReceiveAsync();
        }
        return message switch
        {
            null => (null, Lost(_stream.Failure)),
            Refused { Code: EndCause.StaleEpoch } stale => (null, Stale(stale, epoch)),
            Refused refused => (null, Refusal(EndPhase.Attach, refused.Code, refused.Text)),
            _ => (message, null),
        };
    }

    HandshakeFailure Stale(Refused stale, ulong epoch) => stale.Epoch >= epoch && stale.Epoch - epoch <= MaxEpochJump
        ? Give(trust == CarrierTrust.None ? FailureKind.Hint : FailureKind.Refused, Said(EndPhase.Attach, stale.Code, stale.Text)) with { EpochToExceed = stale.Epoch }
        : Lost(Protocol($"stale epoch {stale.Epoch}"));

    HandshakeFailure Refusal(EndPhase phase, EndCause code, string text) =>
        Give(trust == CarrierTrust.None ? FailureKind.Hint : FailureKind.Refused, Said(phase, code, text));

    static EndReason Said(EndPhase phase, EndCause code, string text) => new(phase, EndSide.Far, code, text.Length == 0 ? null : text);

    HandshakeFailure Unexpected(HandshakeMessage message) => Lost(Protocol($"unexpected {message.Type}"));

    HandshakeFailure Lost(EndReason reason) => Give(FailureKind.Lost, reason);

    HandshakeFailure Give(FailureKind kind, EndReason reason)
    {
        connection.Abort(reason);
        return new HandshakeFailure(kind, reason);
    }

    static AttachResult Failed(HandshakeFailure failure) => new(default, failure);

    static EndReason Protocol(string detail) => new(EndPhase.Attach, EndSide.Peer, EndCause.Protocol, detail);

    ITimer StartDeadline() => time.CreateTimer(
        static connection => ((Connection)connection!).Abort(new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut, "no answer to the handshake")),
        connection, deadline, Timeout.InfiniteTimeSpan);
}
