using Burrow.Cli.Compose.Maps;
using Burrow.Cli.Config;
using Burrow.Core;
using Burrow.Core.Time;
using Burrow.Session;
using Burrow.Session.Handshake;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// Keeps one session of Jack's alive: births it, attaches it to one carrier after another, races a second carrier against a suspect one, and begins anew when Jenny no
/// longer knows it.
/// </summary>
sealed class SessionKeeper(JackContext jack, Mode mode, byte path)
{
    readonly Lock _gate = new();
    readonly RedialPolicy _policy = new(jack.LongestPause);
    readonly string _modeText = path == 0 ? mode.Text() : $"{mode.Text()} {path}";
    TaskCompletionSource<Session.Session?> _session = NewSource();
    CancellationTokenSource _kick = new(); // ends a pause between attempts; guarded by _gate
    readonly HomePolicy _home = new(); // guarded by _gate
    bool _moving; // to a better way: the carrier that gives place is not lost; guarded by _gate
    readonly HashSet<(int Way, EndCause Cause)> _told = []; // failures of this outage; guarded by _gate
    readonly HashSet<(int Way, EndCause Cause)> _toldOfWays = []; // failures of ways beside one that works, in this network; guarded by _gate

    public Mode Mode => mode;

    public byte Path => path;

    /// <summary>When the session was born that is kept, or was last.</summary>
    public Moment Born { get; private set; } = new(jack.Ends.Time);

    public CarrierHistory Carriers { get; } = new(jack.Ends.Time);

    /// <summary>The session, or null while there is none.</summary>
    public Session.Session? Session => Current is { IsCompletedSuccessfully: true } current ? current.Result : null;

    public LinkRunner? Runner { get; private set; }

    /// <summary>The session, as soon as there is one; null when this keeper has ended.</summary>
    public Task<Session.Session?> SessionAsync() => Current;

    Task<Session.Session?> Current
    {
        get { lock (_gate) return _session.Task; }
    }

    TimeSpan Now => Time.GetElapsedTime(0);

    TimeProvider Time => jack.Ends.Time;

    ILogger Logger => jack.Ends.Logger;

    /// <summary>The network changed or the machine woke: whatever was decided before counts no more.</summary>
    /// <param name="addressGone">Our address of the current carrier no longer exists.</param>
    public void Kick(bool addressGone)
    {
        lock (_gate)
        {
            _policy.Reset();
            _home.Reset();
            _toldOfWays.Clear();
            _kick.Cancel();
        }
        jack.Door.Forget();
        if (Session is { } session)
        {
            if (addressGone) Runner?.Carrier?.Abort(new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Unreachable, "our address is gone"));
            else session.Doubt();
        }
    }

    /// <summary>Runs until stopped, or until Jenny refuses the credential.</summary>
    /// <returns>Why it gave up; null when it was stopped.</returns>
    public async Task<EndReason?> RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var (birth, carrier, fatal) = await BirthAsync(stop);
                    if (fatal is not null) return fatal;
                    if (birth is null) return null;
                    if (await KeepAsync(birth, carrier, stop) is { } refused) return refused;
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    TunnelLog.KeeperFailed(Logger, _modeText, exception);
                    Session?.Close(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed));
                }
            }
            return null;
        }
        finally
        {
            lock (_gate)
            {
                if (_session.Task.IsCompleted) _session = NewSource();
                _session.SetResult(null);
            }
        }
    }

    async Task<(Born? Born, DoorResult? Carrier, EndReason? Fatal)> BirthAsync(CancellationToken stop)
    {
        while (await PauseAsync(stop))
        {
            var door = await jack.Door.OpenAsync(Mode.Encrypted, IsPressing, stop);
            if (door.Connection is null)
            {
                // Before we ever met her, a wrong pin is a wrong secret; later it may be another host at that address for a while.
                if (door.Failure!.Cause == EndCause.Credential && !jack.Met.Happened) return (null, null, door.Failure);
                Failed(door);
                continue;
            }
            var birth = new Birth(jack.Instance.Id, jack.Instance.Run, mode, path, jack.Name);
            var result = await new JackHandshake(door.Connection, door.Trust, HandshakeDeadline, Time).BirthAsync(birth);
            if (result.Failure is { } failure)
            {
                await door.Connection.DisposeAsync();
                if (failure.IsFinal) return (null, null, failure.Reason);
                jack.Door.LedNowhere(door.Way);
                Failed(door.Way, failure.Reason);
                continue;
            }
            Uses(door);
            if (result.LinkStartsHere) return (result.Born, door, null);
            await door.Connection.DisposeAsync();
            return (result.Born, null, null);
        }
        return default;
    }

    /// <summary>Keeps a session until it is over.</summary>
    /// <returns>Not null when Jenny refused the credential for good.</returns>
    async Task<EndReason?> KeepAsync(Born born, DoorResult? first, CancellationToken stop)
    {
        var end = new SessionEnd(jack.Ends, jack.Authority, jack.Quotas, jack.Door.Name);
        var session = new Session.Session(born.Session, mode, born.ResumeKey.ToArray(), isJack: true, end, jack.Budget) { Options = jack.Options };
        end.Bind(session);
        end.Ended += _ => Unpublish(session, end);
        var runner = Runner = new LinkRunner(session, Time) { OlderLingers = age => TunnelLog.OlderLingers(Logger, _modeText, jack.Door.Name, Duration.Format(age)) };
        var alarm = new LinkAlarm(end);
        Born = new Moment(Time);
        jack.Met.Happened = true;
        jack.Wants(born.WantedModes);
        Publish(session, end);
        await using var _ = stop.Register(() => session.End(EndReason.Stopped));
        await using var expiry = ExpireWithoutCarrier(session);

        var next = first is { } door ? (door, AttachPoint.Birth) : ((DoorResult, AttachPoint)?)null;
        EndReason? refused = null;
        while (session.Ended is null)
        {
            if (next is null)
            {
                (next, refused) = await AttachAsync(session, stop);
                if (next is null) break;
            }
            next = await CarryAsync(session, runner, alarm, next.Value, stop);
        }
        session.Close(refused ?? EndReason.Stopped);
        if (next is { } unused) await unused.Item1.Connection!.DisposeAsync();
        if (session.Ended is { Cause: not EndCause.Stopped } why && !stop.IsCancellationRequested) TunnelLog.SessionOver(Logger, _modeText, jack.Door.Name, why);
        return refused;
    }

    /// <summary>Ends the session when no carrier is found in time: its clients hear that it is over, rather than to wait for a Jenny who has long forgotten it.</summary>
    ITimer ExpireWithoutCarrier(Session.Session session)
    {
        var born = Time.GetTimestamp();
        // Looked at now and then rather than awaited in one piece: a machine that slept counts that time, too.
        return Time.CreateTimer(
            _ =>
            {
                if (Carriers.AwayFor(born) >= jack.SessionTimeout) session.Close(new EndReason(EndPhase.Attach, EndSide.Path, EndCause.Expired, $"no way to Jenny for {Duration.Format(jack.SessionTimeout)}"));
            },
            null, ExpiryLook, ExpiryLook);
    }

    /// <summary>Runs one carrier until it ends, loses a race, or a better way is there.</summary>
    /// <returns>The carrier that takes its place, or null.</returns>
    async Task<(DoorResult, AttachPoint)?> CarryAsync(Session.Session session, LinkRunner runner, LinkAlarm alarm, (DoorResult Door, AttachPoint Point) carrier, CancellationToken stop)
    {
        alarm.Reset();
        var link = RunLinkAsync(session, runner, carrier.Door, carrier.Point);
        while (!link.IsCompleted)
        {
            // The session moves by attaching elsewhere; the next RunAsync ends this carrier. So it is without a carrier at no time.
            if (await LookForBetterAsync(session, carrier.Door.Way, Task.WhenAny(link, alarm.Suspect), stop) is { } better)
            {
                TunnelLog.ComingHome(Logger, _modeText, jack.Door.Name, jack.Door.NameOf(better.Item1.Way));
                lock (_gate) _home.Came(Now);
                return better;
            }
            if (link.IsCompleted) break;
            TunnelLog.Suspect(Logger, _modeText, jack.Door.Name);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var race = AttachAsync(session, enough.Token);
            await Task.WhenAny(race, link, alarm.Recovered);
            if (!race.IsCompleted && !link.IsCompleted) await enough.CancelAsync(); // recovered
            alarm.Reset();
            var (winner, refused) = await race;
            if (refused is not null) session.Close(refused);
            if (winner is not null) return winner; // the next RunAsync ends this one
        }
        return null;
    }

    /// <summary>As long as nothing happens to the carrier, tries the ways that are better than its own.</summary>
    /// <returns>A carrier of such a way, attached; null when something happened.</returns>
    async Task<(DoorResult, AttachPoint)?> LookForBetterAsync(Session.Session session, int way, Task<Task> happened, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var looking = way == 0 ? null : ComeHomeAsync(session, way, over.Token);
        if (looking is not null) await Task.WhenAny(looking, happened);
        else await happened;
        await over.CancelAsync();
        return looking is null ? null : await looking;
    }

    /// <summary>Tries the better ways again and again.</summary>
    async Task<(DoorResult, AttachPoint)?> ComeHomeAsync(Session.Session session, int way, CancellationToken stop)
    {
        var atLeast = 0UL;
        while (true)
        {
            TimeSpan pause;
            lock (_gate) pause = _home.Pause;
            await Task.Delay(pause, Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (stop.IsCancellationRequested || session.Ended is not null) return null;
            var door = await jack.Door.OpenAsync(mode, pressing: false, stop, better: way);
            if (door.Connection is null)
            {
                lock (_gate) _home.Failed();
                continue;
            }
            atLeast = Math.Max(atLeast, session.Epoch) + 1;
            lock (_gate) _moving = true;
            var result = await new JackHandshake(door.Connection, door.Trust, HandshakeDeadline, Time).AttachAsync(session, atLeast, stop);
            if (result.Failure is null) return (door, result.Point);
            lock (_gate) _moving = false;
            if (result.Failure.Reason.Cause == EndCause.StaleEpoch) atLeast = Math.Max(atLeast, result.Failure.EpochToExceed);
            else jack.Door.LedNowhere(door.Way);
            await door.Connection.DisposeAsync();
            lock (_gate) _home.Failed();
        }
    }

    // Tells of the loss when it happens, not when a race is over that may last as long as the outage.
    async Task RunLinkAsync(Session.Session session, LinkRunner runner, DoorResult door, AttachPoint point)
    {
        var remote = door.Connection!.RemoteEndPoint?.ToString();
        var turn = 0;
        var reason = LinkRunner.OurFault;
        try
        {
            reason = await runner.RunAsync(door.Connection, point, replayed =>
            {
                turn = Carriers.Turn + 1;
                Uses(door);
                lock (_gate)
                {
                    _policy.Reset();
                    _told.Clear();
                    _moving = false;
                }
                if (Carriers.Attached(door.Kind, remote, replayed) is { } away) TunnelLog.Resumed(Logger, _modeText, jack.Door.Name, door.Kind, remote, Duration.Format(away), replayed);
                else TunnelLog.Up(Logger, _modeText, jack.Door.Name, door.Kind, remote);
            });
        }
        catch (Exception exception) // a fault of ours, which has ended the session
        {
            TunnelLog.ChoreFailed(Logger, exception);
        }
        if (session.Ended is not null || Carriers.Lost(turn) is not { } up) return;
        lock (_gate)
        {
            if (_moving && reason.Cause == EndCause.Superseded) return;
            _home.Lost(Now);
        }
        jack.Door.Lost(door.Way, up);
        TunnelLog.Lost(Logger, _modeText, jack.Door.Name, Duration.Format(up), reason);
    }

    /// <summary>Brings the session back onto a carrier, however long it takes.</summary>
    /// <returns>No carrier when it was stopped or the session is over; a reason when the credential was refused for good.</returns>
    async Task<((DoorResult, AttachPoint)? Carrier, EndReason? Refused)> AttachAsync(Session.Session session, CancellationToken stop)
    {
        var atLeast = 0UL;
        while (session.Ended is null && await PauseAsync(stop))
        {
            var door = await jack.Door.OpenAsync(mode, IsPressing, stop);
            if (door.Connection is null)
            {
                Failed(door);
                continue;
            }
            atLeast = Math.Max(atLeast, session.Epoch) + 1;
            var result = await new JackHandshake(door.Connection, door.Trust, HandshakeDeadline, Time).AttachAsync(session, atLeast, stop);
            if (result.Failure is not { } failure) return ((door, result.Point), null);
            await door.Connection.DisposeAsync();
            if (session.Epoch >= atLeast) // taken when CHALLENGE came, and the older carrier given up for it: every moment now is one in which the connections stand still
                lock (_gate) _policy.Answered(Time.GetElapsedTime(0));
            if (failure.Reason.Cause == EndCause.StaleEpoch) atLeast = Math.Max(atLeast, failure.EpochToExceed);
            else if (failure is { Kind: FailureKind.Refused, Reason.Cause: EndCause.Credential }) return (null, failure.Reason);
            else if (failure.IsFinal || (failure.Kind == FailureKind.Hint && await IsGoneAsync(session, stop))) session.Close(failure.Reason);
            else
            {
                jack.Door.LedNowhere(door.Way);
                Failed(door.Way, failure.Reason);
            }
        }
        return (null, null);
    }

    /// <summary>A refusal on an open carrier is a hint that anybody can give: asks Jenny herself, over TLS.</summary>
    async Task<bool> IsGoneAsync(Session.Session session, CancellationToken stop)
    {
        var door = await jack.Door.OpenAsync(Mode.Encrypted, pressing: false, stop);
        if (door.Connection is null) return false;
        var result = await new JackHandshake(door.Connection, door.Trust, HandshakeDeadline, Time).QueryAsync(session.Id);
        await door.Connection.DisposeAsync();
        return result.Failure is null ? !result.Known : result.Failure.IsFinal;
    }

    static readonly TimeSpan ExpiryLook = TimeSpan.FromSeconds(2);

    // A handshake is two round trips; a path that died again must not hold up the next attempt for long.
    static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(5);

    bool IsPressing
    {
        get { lock (_gate) return _policy.IsQuick(Now); }
    }

    /// <returns>False when it is over.</returns>
    async Task<bool> PauseAsync(CancellationToken stop)
    {
        TimeSpan pause;
        CancellationToken kick;
        lock (_gate)
        {
            if (_kick.IsCancellationRequested)
            {
                _kick.Dispose();
                _kick = new CancellationTokenSource();
            }
            pause = _policy.Next(Now, Random.Shared.NextDouble());
            kick = _kick.Token;
        }
        if (pause > TimeSpan.Zero)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, kick);
            await Task.Delay(pause, Time, either.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        return !stop.IsCancellationRequested;
    }

    /// <summary>That way leads to Jenny; of those that were tried with it and do not, the reasons are news once.</summary>
    void Uses(DoorResult door)
    {
        jack.Door.Worked(door.Way);
        foreach (var other in door.Others ?? [])
        {
            lock (_gate)
            {
                if (other.Failure!.Cause == EndCause.Stopped || !_toldOfWays.Add((other.Way, other.Failure.Cause))) continue;
            }
            TunnelLog.WayDoesNotWork(Logger, jack.Door.NameOf(other.Way), other.Failure);
        }
    }

    void Failed(DoorResult door)
    {
        Failed(door.Way, door.Failure!);
        foreach (var other in door.Others ?? []) Failed(other.Way, other.Failure!);
    }

    // The same failure again is no news; an outage may go to and fro between two of them for hours.
    void Failed(int way, EndReason reason)
    {
        if (reason.Cause == EndCause.Stopped) return;
        lock (_gate)
        {
            if (!_told.Add((way, reason.Cause))) return;
        }
        TunnelLog.CannotReach(Logger, jack.Door.NameOf(way), reason);
    }

    void Publish(Session.Session session, SessionEnd end)
    {
        lock (_gate) _session.TrySetResult(session);
        if (path == 0) jack.Ends.Maps.AddAsker(mode, end);
    }

    void Unpublish(Session.Session session, SessionEnd end)
    {
        jack.Ends.Maps.RemoveAsker(end);
        lock (_gate)
        {
            if (Session == session) _session = NewSource();
        }
    }

    static TaskCompletionSource<Session.Session?> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What all of Jack's keepers share.</summary>
/// <param name="SessionTimeout">How long a session without a carrier is kept.</param>
/// <param name="Wants">Told which modes Jenny's own maps need.</param>
sealed record JackContext(
    SessionEndContext Ends, IJennyDoor Door, Authority Authority, Quotas Quotas, Instance Instance, string Name, TimeSpan LongestPause, TimeSpan SessionTimeout, SessionOptions Options, CreditBudget Budget, FirstMeeting Met, Action<byte> Wants);

/// <summary>Whether any session was ever born in this process: until then, whoever answers with another key is not who was meant.</summary>
sealed class FirstMeeting
{
    volatile bool _happened;

    public bool Happened
    {
        get => _happened;
        set => _happened = value;
    }
}
