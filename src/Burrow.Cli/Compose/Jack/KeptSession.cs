using Burrow.Cli.Compose.Maps;
using Burrow.Core;
using Burrow.Core.Time;
using Burrow.Session;
using Burrow.Session.Handshake;
using Burrow.Session.Link;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jack;

/// <summary>One session of Jack's, from its birth to its end: goes from one carrier to the next, and races a second carrier against a suspect one.</summary>
sealed class KeptSession
{
    static readonly TimeSpan ExpiryLook = TimeSpan.FromSeconds(2);

    readonly JackContext _jack;
    readonly string _modeText;
    readonly RedialPace _pace;
    readonly WayNews _news;
    readonly WayHome _home;
    readonly SessionAttach _attach;
    readonly SessionCarriers _carriers;
    readonly LinkAlarm _alarm;

    public KeptSession(JackContext jack, Born born, Mode mode, string modeText, RedialPace pace, WayNews news, WayHome home)
    {
        (_jack, _modeText, _pace, _news, _home) = (jack, modeText, pace, news, home);
        End = new SessionEnd(jack.Ends, jack.Authority, jack.Quotas, jack.Door.Name);
        Session = new Session.Session(born.Session, mode, born.ResumeKey.ToArray(), isJack: true, End, jack.Budget) { Options = jack.Options };
        End.Bind(Session);
        Born = new Moment(jack.Time);
        Runner = new LinkRunner(Session, jack.Time) { OlderLingers = age => TunnelLog.OlderLingers(Logger, modeText, jack.Door.Name, Duration.Format(age)) };
        _attach = new SessionAttach(jack, Session, pace, news);
        _carriers = new SessionCarriers(Session, Runner, modeText, jack.Door.Name, jack.Time);
        _alarm = new LinkAlarm(End);
    }

    public Session.Session Session { get; }

    public SessionEnd End { get; }

    public LinkRunner Runner { get; }

    public Moment Born { get; }

    public CarrierHistory Carriers => _carriers.History;

    ILogger Logger => _jack.Ends.Logger;

    /// <summary>Keeps the session until it is over.</summary>
    /// <param name="first">The carrier that it was born on, if that carries it, too.</param>
    /// <param name="stop">Ends it in order.</param>
    /// <returns>Not null when Jenny refused the credential for good.</returns>
    public async Task<EndReason?> KeepAsync(DoorResult? first, CancellationToken stop)
    {
        await using var _ = stop.Register(() => Session.End(EndReason.Stopped));
        await using var expiry = ExpireWithoutCarrier();

        AttachedCarrier? next = first is { } door ? new(door, AttachPoint.Birth) : null;
        EndReason? refused = null;
        while (Session.Ended is null)
        {
            if (next is null)
            {
                (next, refused) = await _attach.RunAsync(stop);
                if (next is null) break;
            }
            next = await CarryAsync(next.Value, stop);
        }
        Session.Close(refused ?? EndReason.Stopped);
        if (next is { } unused) await unused.Door.Connection!.DisposeAsync();
        if (Session.Ended is { Cause: not EndCause.Stopped } why && !stop.IsCancellationRequested) TunnelLog.SessionOver(Logger, _modeText, _jack.Door.Name, why);
        return refused;
    }

    /// <summary>Ends the session when no carrier is found in time: its clients hear that it is over, rather than to wait for a Jenny who has long forgotten it.</summary>
    ITimer ExpireWithoutCarrier()
    {
        // Looked at now and then rather than awaited in one piece: a machine that slept counts that time, too.
        return _jack.Time.CreateTimer(
            _ =>
            {
                if (Carriers.AwayFor(Born.Timestamp) >= _jack.SessionTimeout) Session.Close(new EndReason(EndPhase.Attach, EndSide.Path, EndCause.Expired, $"no way to Jenny for {Duration.Format(_jack.SessionTimeout)}"));
            },
            null, ExpiryLook, ExpiryLook);
    }

    /// <summary>Runs one carrier until it ends, loses a race, or a better way is there.</summary>
    /// <returns>The carrier that takes its place, or null.</returns>
    async Task<AttachedCarrier?> CarryAsync(AttachedCarrier carrier, CancellationToken stop)
    {
        _alarm.Reset();
        var link = RunLinkAsync(carrier);
        while (!link.IsCompleted)
        {
            // The session moves by attaching elsewhere; the next RunAsync ends this carrier. So it is without a carrier at no time.
            if (await _home.LookAsync(Session, _attach, carrier.Door.Way, Task.WhenAny(link, _alarm.Suspect), stop) is { } better)
            {
                TunnelLog.ComingHome(Logger, _modeText, _jack.Door.Name, _jack.Door.NameOf(better.Door.Way));
                return better;
            }
            if (link.IsCompleted) break;
            TunnelLog.Suspect(Logger, _modeText, _jack.Door.Name);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var race = _attach.RunAsync(enough.Token);
            await Task.WhenAny(race, link, _alarm.Recovered);
            if (!race.IsCompleted && !link.IsCompleted) await enough.CancelAsync(); // recovered
            _alarm.Reset();
            var (winner, refused) = await race;
            if (refused is not null) Session.Close(refused);
            if (winner is not null) return winner; // the next RunAsync ends this one
        }
        return null;
    }

    async Task RunLinkAsync(AttachedCarrier carrier)
    {
        var (door, point) = carrier;
        var loss = await _carriers.CarryAsync(door.Connection!, door.Kind, door.Connection!.RemoteEndPoint?.ToString(), point, Logger, attached: () =>
        {
            _news.Uses(door);
            _pace.Reset();
            _news.Attached();
            _home.Attached();
        });
        if (loss is not { } lost || !_home.IsLoss(lost.Reason)) return;
        _jack.Door.Lost(door.Way, lost.Up);
        _carriers.Tell(lost, Logger);
    }
}
