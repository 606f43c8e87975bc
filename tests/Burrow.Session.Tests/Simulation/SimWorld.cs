using Burrow.Core;
using Burrow.Session.Mux;

namespace Burrow.Session.Tests.Simulation;

/// <summary>
/// One schedule: two ends, the carriers between them, the applications, the faults; all of it follows from the seed. The faults stop after a while, and from then on
/// everything has to come to its end within a bounded time.
/// </summary>
sealed partial class SimWorld
{
    // Longer than the longest stall, the slowest path and the slowest suspicion together.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    const long MostSteps = 400_000;

    readonly SeededRandom _random;
    readonly ulong _seed;
    readonly SimEnd _jack;
    readonly SimEnd _jenny;
    readonly List<ChannelPlan> _plans = [];
    readonly Dictionary<uint, int> _listens = [];
    readonly long _jackBudget;
    readonly long _jennyBudget;
    readonly PathPlan _path;
    readonly TimeSpan _faultsEnd;
    readonly bool _endEarly;
    int _listening;
    int _unlistened;

    public SimWorld(ulong seed, Action<string>? log)
    {
        _seed = seed;
        _log = log;
        _random = new SeededRandom(seed);
        Mode = _random.Pick(Core.Mode.Encrypted, Core.Mode.Plaintext);
        var key = new byte[32];
        for (var i = 0; i < key.Length; i++) key[i] = (byte)_random.Next();
        (_jackBudget, _jennyBudget) = (BudgetOf(_random), BudgetOf(_random));
        _jack = new SimEnd(this, isJack: true, Mode, key, new CreditBudget(_jackBudget));
        _jenny = new SimEnd(this, isJack: false, Mode, key, new CreditBudget(_jennyBudget));

        var most = _random.Pick(20, 20, 500, 3000, 3000, 20_000, 100_000);
        if (_random.Chance(1)) most = 2_500_000;
        _path = new PathPlan(
            _random.Milliseconds(0, _random.Pick(1, 30, 300)),
            _random.Milliseconds(0, _random.Pick(0, 0, 20)),
            _random.Pick(1000, 20_000, 1_000_000) + (most / 4),
            most <= 20 ? _random.Pick(1, 1, 7) : most <= 500 ? _random.Pick(1, 30, 10_000) : Math.Max(_random.Pick(50, 1400, 70_000), most / 100));
        _faultsEnd = _random.Milliseconds(500, 8000);
        _endEarly = _random.Chance(5);
        var channels = _random.Between(1, 6);
        for (var i = 0; i < channels; i++) _plans.Add(ChannelPlan.Create(_random, i + 1, most, _faultsEnd));
        foreach (var plan in _plans) Clock.After(plan.OpenAt, () => (plan.ByJack ? _jack : _jenny).Open(plan));
        if (_random.Chance(30)) Clock.After(_random.Milliseconds(0, 3000), () => Listen(_jack));
        if (_endEarly) Clock.After(_random.Milliseconds(0, 10_000), () => (_random.Chance(50) ? _jack : _jenny).Session.End(EndReason.Stopped));
        ScheduleFaults();
        Born();
    }

    public SimClock Clock { get; } = new();

    public Mode Mode { get; }

    public SeededRandom Random => _random;

    public SimEnd EndOf(Session session) => session.IsJack ? _jack : _jenny;

    public ChannelPlan Plan(int key) => _plans[key - 1];

    /// <summary>Lets the schedule happen and checks what came of it.</summary>
    public void Run()
    {
        var deadline = _faultsEnd + Patience;
        while (!IsDone)
        {
            Check(Clock.Steps < MostSteps, "too many steps without an end");
            Check(Clock.Now < deadline, "no end in time");
            Check(Clock.Step(), "nothing happens any more");
            Turn();
        }
        CheckChannels();
        EndBoth();
        CheckNothingIsLeft();
    }

    void Turn()
    {
        _jack.Pump();
        _jenny.Pump();
        // Who only waits hears of an end by END or, when that was lost, by waiting in vain.
        if (_jack.Session.Ended is not null && !_jenny.HasCarrier) _jenny.Session.Close(new EndReason(EndPhase.Attach, EndSide.Path, EndCause.Expired));
    }

    static long BudgetOf(SeededRandom random) => random.Chance(85) ? CreditBudget.DefaultTotal : random.Pick(9_000, 20_000, 70_000, 200_000, 700_000);

    bool IsDone
    {
        get
        {
            if (_jack.Session.Ended is not null && _jenny.Session.Ended is not null) return true;
            if (_jack.Session.Ended is not null || _jenny.Session.Ended is not null) return false;
            if (Clock.Now < _faultsEnd) return false;
            foreach (var plan in _plans)
            {
                if (plan.OpenerPort is not { Over: true }) return false;
                if (plan.AcceptorPort is { Over: false }) return false;
            }
            if (_listening != _listens.Count || _unlistened != _listening) return false;
            var (jack, jenny) = (_jack.Session.Snapshot(), _jenny.Session.Snapshot());
            return jack is { Channels: 0, UnackedBytes: 0 } && jenny is { Channels: 0, UnackedBytes: 0 };
        }
    }

    void EndBoth()
    {
        if (_jack.Session.Ended is null)
        {
            (_random.Chance(50) ? _jack : _jenny).Session.End(EndReason.Stopped);
            var deadline = Clock.Now + Patience;
            while (_jack.Session.Ended is null || _jenny.Session.Ended is null)
            {
                Check(Clock.Now < deadline && Clock.Steps < MostSteps, "the session does not end");
                if (!Clock.Step()) Check(_jack.Session.Ended is not null && !_jenny.HasCarrier, "the session does not end, and nothing happens any more");
                Turn();
            }
        }
        if (_jack.HasCarrier) _jack.Down(EndReason.Stopped);
        if (_jenny.HasCarrier) _jenny.Down(EndReason.Stopped);
        // What the applications had planned finds their channels gone.
        var until = Clock.Now + Patience;
        while (Clock.Now < until && Clock.Step()) Check(Clock.Steps < 2 * MostSteps, "the applications do not end");
    }

    void Listen(SimEnd end)
    {
        var id = end.Session.Listen(new ListenRequest(new Target("*", 80), "web"));
        _listens.Add(id, 80);
    }

    public void OnListening(Session session, uint id, int port)
    {
        Check(_listens[id] + 1 == port, "the wrong port");
        _listening++;
        session.Unlisten(id);
    }

    public void OnUnlisten(uint id)
    {
        Check(_listens.ContainsKey(id), "UNLISTEN of another listener");
        _unlistened++;
    }
}
