namespace Burrow.Session.Tests.Simulation;

/// <summary>A simulated carrier between Jack and Jenny.</summary>
sealed class SimCarrier
{
    readonly SimClock _clock;
    readonly PathPlan _plan;
    readonly SimEnd _jack;
    readonly SimEnd _jenny;

    public SimCarrier(SimClock clock, SeededRandom random, PathPlan plan, SimEnd jack, SimEnd jenny)
    {
        (_clock, _plan, _jack, _jenny) = (clock, plan, jack, jenny);
        FromJack = new SimPipe(clock, random, plan)
        {
            Deliver = bytes => jenny.OnBytes(this, bytes),
            Writable = () => jack.OnWritable(this),
            Cut = () => Break(toldToJack: true, toldToJenny: true),
        };
        FromJenny = new SimPipe(clock, random, plan)
        {
            Deliver = bytes => jack.OnBytes(this, bytes),
            Writable = () => jenny.OnWritable(this),
            Cut = () => Break(toldToJack: true, toldToJenny: true),
        };
    }

    public SimPipe FromJack { get; }

    public SimPipe FromJenny { get; }

    public SimPipe PipeFrom(SimEnd end) => end == _jack ? FromJack : FromJenny;

    /// <summary>The carrier is gone. Who is told hears of it a latency later.</summary>
    public void Break(bool toldToJack, bool toldToJenny)
    {
        FromJack.Closed = FromJenny.Closed = true;
        if (toldToJack) _clock.After(_plan.Latency, () => _jack.OnBroken(this));
        if (toldToJenny) _clock.After(_plan.Latency, () => _jenny.OnBroken(this));
    }

    /// <summary>One end lets go of it; the other hears of that if the path still carries anything.</summary>
    public void CloseBy(SimEnd end)
    {
        var heard = !PipeFrom(end).Silent && !PipeFrom(end).Closed;
        Break(toldToJack: heard && end != _jack, toldToJenny: heard && end != _jenny);
    }
}
