using Burrow.Core.Memory;
using Burrow.Session;
using Burrow.Session.Link;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>
/// What a process looks after now and then: sessions' local ends that nobody waits for, memory that a burst needed and nobody needs any more, spare descriptors, and what was not
/// told one by one.
/// </summary>
sealed class Housekeeping : IDisposable
{
    const int BeatsBetweenTrims = 10;

    readonly Func<IEnumerable<LinkRunner>> _runners;
    readonly Repeats _repeats;
    readonly ILogger _logger;
    readonly Timer _timer;
    int _beats;
    int _working;

    public Housekeeping(Func<IEnumerable<LinkRunner>> runners, Repeats repeats, ILogger logger)
    {
        (_runners, _repeats, _logger) = (runners, repeats, logger);
        _timer = new Timer(static state => ((Housekeeping)state!).Beat(), this, Session.Session.SurveyBeat, Session.Session.SurveyBeat);
    }

    public void Dispose() => _timer.Dispose();

    void Beat()
    {
        if (Interlocked.Exchange(ref _working, 1) != 0) return; // the beat before takes its time
        try
        {
            foreach (var runner in _runners()) runner.Survey();
            if (++_beats % BeatsBetweenTrims != 0) return;
            SlabPool.Shared.Trim();
            LinkMemory.Trim();
            _repeats.TellOver();
        }
        catch (Exception exception)
        {
            TunnelLog.ChoreFailed(_logger, exception); // on a timer's thread it would end the process
        }
        finally
        {
            Volatile.Write(ref _working, 0);
        }
    }
}
