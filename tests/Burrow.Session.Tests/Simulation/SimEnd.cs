// The wait is consumed once, by hand: there is no thread that could await it.
#pragma warning disable CA2012
using System.Runtime.CompilerServices;
using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;

namespace Burrow.Session.Tests.Simulation;

/// <summary>Jack or Jenny: a session, and what <see cref="LinkRunner"/> does for it, without threads.</summary>
sealed class SimEnd : ISessionHandler
{
    readonly SimWorld _world;
    SimCarrier? _carrier;
    LinkState? _link;
    ReadOnlyMemory<byte> _unwritten;
    bool _wake;
    bool _waiting;
    ValueTaskAwaiter _work;
    TimeSpan _timerDue = TimeSpan.MaxValue;
    int _timerGeneration;
    bool _receiving;
    bool _writerIsLate;
    Action? _otherThread; // a step of an attach that is due, and that waits for the reader to be in the middle of something
    Action? _begin; // a link that begins when the reader is through

    public SimEnd(SimWorld world, bool isJack, Mode mode, byte[] key, CreditBudget budget)
    {
        _world = world;
        Budget = budget;
        Session = new Session(new SessionId(1, 2), mode, key, isJack, this, budget);
        world.Clock.After(Session.SurveyBeat, Survey);
    }

    public Session Session { get; }

    public CreditBudget Budget { get; }

    public EndReason? Ended { get; private set; }

    public int ChannelsEnded { get; private set; }

    public List<SimPort> Ports { get; } = [];

    /// <summary>A carrier is up as far as this end knows.</summary>
    public bool HasCarrier => _carrier is not null;

    string Name => Session.IsJack ? "jack" : "jenny";

    /// <summary>A step of an attach is due here. It runs on a thread of its own: now, or while the reader of the older link is between two of the things that one Receive finds.</summary>
    public void Attaches(Action step)
    {
        if (_carrier is null || _otherThread is not null || _world.Random.Chance(30))
        {
            step();
            return;
        }
        _otherThread = step;
        _world.Clock.After(_world.Random.Milliseconds(0, 50), OtherThread); // nothing came
    }

    /// <summary>The reader has let go of the session's lock: whoever waited for that may be next.</summary>
    public void Interleave()
    {
        if (_receiving && _otherThread is not null && _world.Random.Chance(50)) OtherThread();
    }

    void OtherThread()
    {
        var step = _otherThread;
        _otherThread = null;
        step?.Invoke();
    }

    public void Begin(SimCarrier carrier, AttachPoint point)
    {
        if (_receiving)
        {
            _begin = () => Begin(carrier, point); // the older link's loops end first
            return;
        }
        if (_carrier is not null) Drop(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Superseded));
        _link = Session.Attach(point, _world.Clock.Now);
        if (_link is null)
        {
            _world.Check(Session.Ended is not null, $"{Name} could not attach at {point}");
            carrier.CloseBy(this);
            return;
        }
        _carrier = carrier;
        _unwritten = default;
        if (_world.Tracing) _world.Log($"{Name} attached {point}");
        UpdateTimer();
        _wake = true;
        if (!_world.Random.Chance(25)) return;
        // The reader may be at work before the writer has had its turn.
        _writerIsLate = true;
        _world.Clock.After(_world.Random.Milliseconds(0, 300), () => _writerIsLate = false);
    }

    public void OnBytes(SimCarrier carrier, ReadOnlySpan<byte> bytes)
    {
        if (carrier != _carrier) return;
        _receiving = true;
        var end = Session.Receive(_link!, bytes, _world.Clock.Now);
        _receiving = false;
        CheckBounds();
        if (_begin is { } begin)
        {
            _world.Check(end?.Cause != EndCause.Protocol, $"{Name}: {end}");
            _begin = null;
            begin();
            return;
        }
        if (end is not null) Down(end);
        else UpdateTimer();
    }

    public void OnWritable(SimCarrier carrier)
    {
        if (carrier == _carrier && !_unwritten.IsEmpty) WriteOn();
    }

    public void OnBroken(SimCarrier carrier)
    {
        if (carrier == _carrier) Down(new EndReason(EndPhase.Relay, EndSide.Peer, EndCause.Closed));
    }

    /// <summary>The writer's loop, as far as it goes without waiting.</summary>
    public void Pump()
    {
        for (var turns = 0; _carrier is not null && _unwritten.IsEmpty && !_writerIsLate; turns++)
        {
            _world.Check(turns < 10_000, $"{Name} is woken again and again for nothing");
            if (!_wake && !TakeWork()) return;
            _wake = false;
            for (var batches = 0; _carrier is not null && _unwritten.IsEmpty; batches++)
            {
                _world.Check(batches < 10_000, $"{Name} talks without end");
                _unwritten = Session.Produce(_link!, _world.Clock.Now);
                if (_unwritten.IsEmpty)
                {
                    UpdateTimer();
                    break;
                }
                WriteOn();
            }
        }
    }

    public void Down(EndReason reason)
    {
        Drop(reason);
        _world.AfterDown(this);
    }

    void Drop(EndReason reason)
    {
        var (carrier, link) = (_carrier!, _link!);
        if (_world.Tracing) _world.Log($"{Name} down: {reason}");
        _world.Check(reason.Cause != EndCause.Protocol, $"{Name}: {reason}");
        _world.OnDown(this, reason);
        (_carrier, _link) = (null, null);
        _unwritten = default;
        _timerDue = TimeSpan.MaxValue;
        _timerGeneration++;
        Session.Detach(link);
        carrier.CloseBy(this);
    }

    void WriteOn()
    {
        var pipe = _carrier!.PipeFrom(this);
        var count = pipe.Write(_unwritten.Span);
        _unwritten = _unwritten[count..];
        if (!_unwritten.IsEmpty || !Session.EndSent) return;
        // A graceful close: what is on its way arrives, then the other end reads the end of the carrier.
        pipe.CutAt = Math.Min(pipe.CutAt, pipe.Delivered + pipe.InFlight);
        Session.CloseAfterEnd();
        Session.Detach(_link!);
        (_carrier, _link) = (null, null);
    }

    bool TakeWork()
    {
        // Looked at, not awaited: a continuation might run on another thread, and the schedule would no longer follow from its seed.
        if (!_waiting) _work = Session.Work.WaitAsync().GetAwaiter();
        _waiting = !_work.IsCompleted;
        if (_waiting) return false;
        _work.GetResult();
        return true;
    }

    void UpdateTimer()
    {
        if (_link is null) return;
        var wait = Session.NextTick(_link, _world.Clock.Now);
        _world.Check(wait >= TimeSpan.Zero, "a tick in the past");
        if (_world.Clock.Now + wait >= _timerDue) return;
        _timerDue = _world.Clock.Now + wait;
        var generation = ++_timerGeneration;
        _world.Clock.After(wait, () => Fire(generation));
    }

    void Fire(int generation)
    {
        if (generation != _timerGeneration || _link is null) return;
        _timerDue = TimeSpan.MaxValue;
        if (Session.Tick(_link, _world.Clock.Now) is { } dead) Down(dead);
        else UpdateTimer();
    }

    void Survey()
    {
        if (Session.Ended is not null) return;
        Session.Survey(_world.Clock.Now);
        foreach (var port in Ports)
            if (port is { End: not null, Over: false }) _world.Check(++port.SurveysAfterReset <= 2, $"channel {port.Channel.Id}: nobody noticed its application's reset");
        _world.Clock.After(Session.SurveyBeat, Survey);
    }

    void CheckBounds()
    {
        foreach (var port in Ports)
        {
            _world.Check(port.Over || port.Channel.Over || port.Channel.Window.Reserved == 0 || port.Channel.Window.Granted - port.Channel.Window.Consumed <= (ulong)port.Channel.Window.Reserved, "more is granted than is reserved");
            if (port.Channel.Queue is not { Length: > 0 } queue) continue;
            _world.Check(queue.Length <= (long)(port.Channel.Window.Granted - port.Channel.Window.Consumed), "more is queued than was granted");
        }
    }

    void ISessionHandler.OnOpen(Session session, Channel channel)
    {
        Interleave();
        var plan = _world.Plan(channel.Request.Target!.Port);
        _world.Check(++plan.Offered == 1, $"channel {plan.Key} was opened twice");
        _world.Check(plan.ByJack != session.IsJack, "an OPEN came back");
        switch (plan.Answer)
        {
            case Answer.Accept:
                Accept(channel, plan);
                break;
            case Answer.AcceptLater:
                _world.Clock.After(plan.AnswerDelay, () => Accept(channel, plan));
                break;
            default:
                session.Refuse(channel, new EndReason(EndPhase.Dial, EndSide.Peer, EndCause.Refused));
                break;
        }
    }

    void Accept(Channel channel, ChannelPlan plan) => Session.Accept(channel, (session, accepted) =>
    {
        var port = plan.AcceptorPort = new SimPort(_world, session, accepted, plan, opener: false);
        Ports.Add(port);
        return port;
    });

    public void Open(ChannelPlan plan) => Session.Open(new OpenRequest(new Target("app", plan.Key), 0, "here"), plan, (session, channel) =>
    {
        var port = plan.OpenerPort = new SimPort(_world, session, channel, plan, opener: true);
        Ports.Add(port);
        return port;
    });

    void ISessionHandler.OnOpened(Session session, Channel channel)
    {
        Interleave();
        _world.Check(channel.IsOpener, "OPENED of the peer's channel");
    }

    void ISessionHandler.OnChannelEnded(Session session, Channel channel) => ChannelsEnded++;

    void ISessionHandler.OnListen(Session session, uint id, ListenRequest request) => session.Listening(id, request.Bind.Port + 1);

    void ISessionHandler.OnUnlisten(Session session, uint id) => _world.OnUnlisten(id);

    void ISessionHandler.OnListening(Session session, uint id, int port) => _world.OnListening(session, id, port);

    void ISessionHandler.OnNotListening(Session session, uint id, EndReason reason) => _world.Fail("nobody said that");

    void ISessionHandler.OnSuspect(Session session) => _world.OnSuspect(this);

    void ISessionHandler.OnRecovered(Session session) => _world.Check(_link is not null, "a link recovered that is not there");

    void ISessionHandler.OnEnded(Session session, EndReason reason) => Ended = reason;
}
