using Burrow.Core;

namespace Burrow.Session.Tests.Simulation;

/// <summary>The path: how carriers come to be, and what happens to them.</summary>
sealed partial class SimWorld
{
    SimCarrier? _current;
    ulong _lastEpoch = 1;
    bool _dialling;
    bool _stopped;
    TimeSpan _stoppedAt;
    AttachPoint _lastTaken;

    bool Faulty => Clock.Now < _faultsEnd;

    void Born()
    {
        if (Mode == Mode.Encrypted)
        {
            _current = new SimCarrier(Clock, _random, _path, _jack, _jenny);
            _jack.Begin(_current, AttachPoint.Birth);
            _jenny.Begin(_current, AttachPoint.Birth);
        }
        else
        {
            Dial(TimeSpan.Zero);
        }
    }

    void ScheduleFaults()
    {
        var most = _random.Pick(0, 1, 3, 8);
        for (var i = _random.Between(0, most); i > 0; i--) Clock.After(_random.Milliseconds(0, (int)_faultsEnd.TotalMilliseconds), Fault);
    }

    void Fault()
    {
        if (_current is not { } carrier) return;
        var kind = _random.Below(8);
        if (Tracing) Log($"fault {kind}");
        switch (kind)
        {
            case 0:
                carrier.Break(toldToJack: true, toldToJenny: true);
                break;
            case 1:
                carrier.FromJack.CutAt = carrier.FromJack.Delivered + _random.Between(1, _random.Pick(5, 100, 3000));
                break;
            case 2:
                carrier.FromJenny.CutAt = carrier.FromJenny.Delivered + _random.Between(1, _random.Pick(5, 100, 3000));
                break;
            case 3:
                carrier.Break(toldToJack: true, toldToJenny: false); // Jenny never hears of it but by silence or by the next carrier
                break;
            case 4:
                carrier.Break(toldToJack: false, toldToJenny: true);
                break;
            case 5:
                if (_random.Chance(66)) carrier.FromJack.Silent = true;
                if (_random.Chance(66)) carrier.FromJenny.Silent = true;
                break;
            case 6:
                Dial(TimeSpan.Zero); // a second carrier is raced against the first, which still lives
                break;
            case 7:
                _stopped = true;
                _stoppedAt = Clock.Now;
                Clock.Stop(_random.Milliseconds(1000, 60_000));
                break;
        }
    }

    public void OnSuspect(SimEnd end)
    {
        if (Tracing) Log("suspect");
        if (end == _jack) Dial(TimeSpan.Zero);
    }

    public void OnDown(SimEnd end, EndReason reason)
    {
        // What passed while both were stopped is no silence: a path that nothing happened to must survive it.
        if (_stopped && reason.Cause == EndCause.Silent && _current is { FromJack: { Silent: false, Closed: false }, FromJenny: { Silent: false, Closed: false } })
            Check(Clock.Now - _stoppedAt < TimeSpan.FromSeconds(1), "given up for silent after a stop");
    }

    public void AfterDown(SimEnd end)
    {
        if (end == _jack && _jack.Session.Ended is null) Dial(Faulty ? _random.Milliseconds(0, _random.Pick(1, 300, 8000, 40_000)) : _random.Milliseconds(0, 250));
    }

    void Dial(TimeSpan delay)
    {
        if (_dialling) return;
        _dialling = true;
        Clock.After(delay, SendAttach);
    }

    // ---- the attach of docs/protocol.md §3.2, step by step; each may be the last ----

    void SendAttach()
    {
        if (_jack.Session.Ended is not null) return;
        var epoch = ++_lastEpoch;
        OnTheWay(() =>
        {
            if (_jenny.Session.Ended is not null)
            {
                OnTheWay(() => _jack.Session.Close(new EndReason(EndPhase.Attach, EndSide.Far, EndCause.UnknownSession)));
                return;
            }
            var received = _jenny.Session.Received;
            OnTheWay(() => _jack.Attaches(() => SendProof(epoch, received)));
        });
    }

    void SendProof(ulong epoch, ulong jennyReceived)
    {
        var taken = _jack.Session.TryTakeEpoch(epoch, jennyReceived);
        if (_jack.Session.Ended is not null) return;
        Check(taken.Refusal is null, $"jack refuses his own epoch: {taken.Refusal}");
        OnTheWay(() => _jenny.Attaches(() =>
        {
            if (_jenny.Session.Ended is not null)
            {
                OnTheWay(() => _jack.Session.Close(new EndReason(EndPhase.Attach, EndSide.Far, EndCause.UnknownSession)));
                return;
            }
            var hers = _jenny.Session.TryTakeEpoch(epoch, taken.Received);
            Check(hers.Refusal is null, $"jenny refuses: {hers.Refusal}");
            Check(taken.Start <= hers.Received, "jack would leave a gap");
            var carrier = new SimCarrier(Clock, _random, _path, _jack, _jenny);
            _lastTaken = new AttachPoint(epoch, taken.Received, taken.Start);
            _jenny.Begin(carrier, new AttachPoint(epoch, hers.Start, taken.Start));
            if (_random.Chance(20) && _jenny.Session.Ended is null) DuplicateAttach();
            if (LostHere()) // ATTACHED is lost, and Jenny does not know it
            {
                carrier.FromJack.Silent = carrier.FromJenny.Silent = true;
                DialAgain();
                return;
            }
            Clock.After(_path.Latency, () =>
            {
                _dialling = false;
                if (_jack.Session.Ended is not null) return;
                _current = carrier;
                _jack.Begin(carrier, new AttachPoint(epoch, taken.Start, hers.Start));
            });
        }));
    }

    /// <summary>Somebody sends an attach of before again: nothing may change.</summary>
    void DuplicateAttach()
    {
        var before = _jenny.Session.Snapshot();
        var refused = _jenny.Session.TryTakeEpoch(_lastTaken.Epoch - (ulong)_random.Below(2), _lastTaken.SendFrom);
        Check(refused.Refusal is { Cause: EndCause.StaleEpoch }, $"an old epoch was taken again: {refused}");
        Check(before == _jenny.Session.Snapshot(), "a stale attach changed something");
    }

    void OnTheWay(Action arrive)
    {
        if (LostHere()) DialAgain();
        else Clock.After(_path.Latency, arrive);
    }

    bool LostHere() => Faulty && _random.Chance(10);

    void DialAgain()
    {
        if (Tracing) Log("an attach was lost");
        Clock.After(_random.Milliseconds(250, 10_000), SendAttach);
    }
}
