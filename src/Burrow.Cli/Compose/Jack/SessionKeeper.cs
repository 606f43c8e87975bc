using Burrow.Cli.Config;
using Burrow.Core;
using Burrow.Session.Handshake;
using Burrow.Session.Link;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Keeps a session of Jack's there: has one born, keeps it, and begins anew when Jenny no longer knows it.</summary>
sealed class SessionKeeper(JackContext jack, Mode mode, byte path)
{
    readonly string _modeText = path == 0 ? mode.Text() : $"{mode.Text()} {path}";
    readonly RedialPace _pace = new(jack.LongestPause, jack.Time);
    readonly WayNews _news = new(jack.Door, jack.Ends.Logger);
    readonly WayHome _home = new(jack.Time);
    readonly CurrentSession _current = new();

    public Mode Mode => mode;

    public byte Path => path;

    /// <summary>The session, or null while there is none.</summary>
    public KeptSession? Current => _current.Now;

    /// <summary>Of the session that is kept, or was last.</summary>
    public LinkRunner? Runner { get; private set; }

    ILogger Logger => jack.Ends.Logger;

    /// <summary>The session, as soon as there is one; null when this keeper has ended.</summary>
    public Task<KeptSession?> WhenThere => _current.WhenThere;

    /// <summary>The network changed or the machine woke: whatever was decided before counts no more.</summary>
    /// <param name="addressGone">Our address of the current carrier no longer exists.</param>
    public void Kick(bool addressGone)
    {
        _home.Reset();
        _news.Forget();
        _pace.Kick();
        jack.Door.Forget();
        if (Current is { } current)
        {
            if (addressGone) current.Runner.Carrier?.Abort(new EndReason(EndPhase.Relay, EndSide.Path, EndCause.Unreachable, "our address is gone"));
            else current.Session.Doubt();
        }
    }

    /// <summary>Runs until stopped, or until Jenny refuses the credential.</summary>
    /// <returns>Why it gave up; null when it was stopped.</returns>
    public async Task<EndReason?> RunAsync(CancellationToken stop)
    {
        var birth = new SessionBirth(jack, mode, path, _pace, _news);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var (born, carrier, fatal) = await birth.RunAsync(stop);
                    if (fatal is not null) return fatal;
                    if (born is null) return null;
                    if (await KeepAsync(born, carrier, stop) is { } refused) return refused;
                }
                catch (Exception exception) when (exception is not OutOfMemoryException)
                {
                    TunnelLog.KeeperFailed(Logger, _modeText, exception);
                    Current?.Session.Close(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed));
                }
            }
            return null;
        }
        finally
        {
            _current.Close();
        }
    }

    async Task<EndReason?> KeepAsync(Born born, DoorResult? carrier, CancellationToken stop)
    {
        var kept = new KeptSession(jack, born, mode, _modeText, _pace, _news, _home);
        kept.End.Ended += _ =>
        {
            jack.Ends.Maps.RemoveAsker(kept.End);
            _current.Unpublish(kept);
        };
        Runner = kept.Runner;
        jack.Met.Happened = true;
        jack.Wants(born.WantedModes);
        _current.Publish(kept);
        if (path == 0) jack.Ends.Maps.AddAsker(mode, kept.End);
        return await kept.KeepAsync(carrier, stop);
    }
}
