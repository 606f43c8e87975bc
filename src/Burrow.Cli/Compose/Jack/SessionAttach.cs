using Burrow.Core;
using Burrow.Session;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>A carrier that a session was attached to and that does not run yet.</summary>
readonly record struct AttachedCarrier(DoorResult Door, AttachPoint Point);

/// <summary>Attaches one session to new carriers.</summary>
sealed class SessionAttach(JackContext jack, Session.Session session, RedialPace pace, WayNews news)
{
    /// <summary>Brings the session onto a carrier, however long it takes.</summary>
    /// <returns>No carrier when it was stopped or the session is over; a reason when the credential was refused for good.</returns>
    public async Task<(AttachedCarrier? Carrier, EndReason? Refused)> RunAsync(CancellationToken stop)
    {
        var epoch = new NextEpoch(session);
        while (session.Ended is null && await pace.PauseAsync(stop))
        {
            var call = await CallAsync(epoch, pace.IsPressing, int.MaxValue, stop);
            if (!call.Connected)
            {
                news.Failed(call.Door);
                continue;
            }
            if (call.Said.Failure is not { } failure) return (new(call.Door, call.Said.Point), null);
            // Taken when CHALLENGE came, and the older carrier given up for it: every moment now is one in which the connections stand still.
            if (session.Epoch >= epoch.Tried) pace.Answered();
            if (epoch.WasStale(failure)) continue;
            if (failure is { Kind: FailureKind.Refused, Reason.Cause: EndCause.Credential }) return (null, failure.Reason);
            if (failure.IsFinal || (failure.Kind == FailureKind.Hint && await IsGoneAsync(stop)))
            {
                session.Close(failure.Reason);
                continue;
            }
            jack.Door.LedNowhere(call.Door.Way);
            news.Failed(call.Door.Way, failure.Reason);
        }
        return (null, null);
    }

    /// <summary>Tries once to attach by a way that is better than that one.</summary>
    /// <returns>Null when none works now.</returns>
    public async Task<AttachedCarrier?> TryBetterAsync(NextEpoch epoch, int way, CancellationToken stop)
    {
        var call = await CallAsync(epoch, pressing: false, way, stop);
        if (!call.Connected)
        {
            if (call.Door.Failure is not null) news.Lesser(call.Door);
            return null;
        }
        if (call.Said.Failure is not { } failure) return new(call.Door, call.Said.Point);
        if (!epoch.WasStale(failure)) jack.Door.LedNowhere(call.Door.Way);
        return null;
    }

    Task<JennyCall<AttachResult>> CallAsync(NextEpoch epoch, bool pressing, int better, CancellationToken stop) =>
        JennyCall.MakeAsync(jack, session.Mode, pressing, handshake => handshake.AttachAsync(session, epoch.Take(), stop), said => said.Failure is null, stop, better);

    /// <summary>A refusal on an open carrier is a hint that anybody can give: asks Jenny herself, over TLS.</summary>
    async Task<bool> IsGoneAsync(CancellationToken stop)
    {
        var call = await JennyCall.MakeAsync(jack, Mode.Encrypted, pressing: false, handshake => handshake.QueryAsync(session.Id), static _ => false, stop);
        return call.Connected && (call.Said.Failure is { } failure ? failure.IsFinal : !call.Said.Known);
    }
}

/// <summary>The numbers of one row of attempts to attach: each higher than the one before, and than what Jenny has seen.</summary>
sealed class NextEpoch(Session.Session session)
{
    /// <summary>The one that was tried last.</summary>
    public ulong Tried { get; private set; }

    public ulong Take() => Tried = Math.Max(Tried, session.Epoch) + 1;

    /// <returns>True if the attempt failed for its number; the next one is high enough.</returns>
    public bool WasStale(HandshakeFailure failure)
    {
        if (failure.Reason.Cause != EndCause.StaleEpoch) return false;
        Tried = Math.Max(Tried, failure.EpochToExceed);
        return true;
    }
}
