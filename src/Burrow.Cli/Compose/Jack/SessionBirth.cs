using Burrow.Core;
using Burrow.Session.Handshake;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Has Jenny make a session, however long it takes to reach her.</summary>
sealed class SessionBirth(JackContext jack, Mode mode, byte path, RedialPace pace, WayNews news)
{
    /// <returns>The session, with its first carrier if that is the one it was born on; a reason when Jenny refuses for good; nothing when it was stopped.</returns>
    public async Task<(Born? Born, DoorResult? Carrier, EndReason? Fatal)> RunAsync(CancellationToken stop)
    {
        var birth = new Birth(jack.Instance.Id, jack.Instance.Run, mode, path, jack.Name);
        while (await pace.PauseAsync(stop))
        {
            var call = await JennyCall.MakeAsync(jack, Mode.Encrypted, pace.IsPressing, handshake => handshake.BirthAsync(birth), said => said is { Failure: null, LinkStartsHere: true }, stop);
            if (!call.Connected)
            {
                // Before we ever met her, a wrong pin is a wrong secret; later it may be another host at that address for a while. A web certificate that nobody
                // vouches for says nothing of Jenny at all: a captive portal shows one to everybody who is there when the machine starts.
                if (call.Door.Failure is { Cause: EndCause.Credential } refused and not { Phase: EndPhase.Handshake, Side: EndSide.Path } && !jack.Met.Happened) return (null, null, refused);
                news.Failed(call.Door);
                continue;
            }
            if (call.Said.Failure is { } failure)
            {
                if (failure.IsFinal) return (null, null, failure.Reason);
                jack.Door.LedNowhere(call.Door.Way);
                news.Failed(call.Door.Way, failure.Reason);
                continue;
            }
            news.Uses(call.Door);
            return (call.Said.Born, call.Door.Connection is null ? null : call.Door, null);
        }
        return default;
    }
}
