using Burrow.Core;

namespace Burrow.Session.Tests.Simulation;

/// <summary>What must be true, and how it is told when it is not.</summary>
sealed partial class SimWorld
{
    readonly Action<string>? _log;

    public bool Tracing => _log is not null;

    public void Log(string text) => _log?.Invoke($"{Clock.Now.TotalSeconds,9:0.0000}  {text}");

    public void Check(bool holds, string what)
    {
        if (!holds) Fail(what);
    }

    public void Fail(string what)
    {
        Log("FAILED: " + what);
        throw new SimulationFailure(_seed, $"{what}\n  at {Clock.Now}, step {Clock.Steps}, {Mode}, {_path}\n  jack  {_jack.Session.Snapshot()}\n  jenny {_jenny.Session.Snapshot()}{Describe()}");
    }

    string Describe() => string.Concat(_plans.Select(plan => $"\n  channel {plan.Key} by {(plan.ByJack ? "jack" : "jenny")}, {plan.Answer}\n    opener   {plan.OpenerPort?.State}\n    acceptor {plan.AcceptorPort?.State}"));

    void CheckChannels()
    {
        var sessionEnded = _jack.Session.Ended is not null;
        foreach (var plan in _plans)
        {
            if (plan.OpenerPort is not { } opener) continue;
            Check(opener.Over, $"channel {plan.Key}: its opener never heard of its end");
            if (plan.AcceptorPort is not { } acceptor)
            {
                Check(opener.Aborted is not null, $"channel {plan.Key} ended in order although nobody accepted it");
                continue;
            }
            Check(acceptor.Over, $"channel {plan.Key}: its acceptor never heard of its end");
            Check(acceptor.Delivered <= opener.Sent && opener.Delivered <= acceptor.Sent, $"channel {plan.Key}: more arrived than was sent");
            if (opener.Closed) CheckComplete(plan, acceptor.Sent, plan.Acceptor.Total, opener.Delivered);
            if (acceptor.Closed) CheckComplete(plan, opener.Sent, plan.Opener.Total, acceptor.Delivered);
            if (sessionEnded) continue;
            // A reset that came from the far side began there; what began here arrived there, unless that side was through already.
            Check(opener.Aborted?.Side != EndSide.Far || acceptor.Aborted is not null, $"channel {plan.Key}: a reset from nowhere at its opener");
            Check(acceptor.Aborted?.Side != EndSide.Far || opener.Aborted is not null, $"channel {plan.Key}: a reset from nowhere at its acceptor");
            if (plan is { Opener.ResetAt: null, Acceptor.ResetAt: null, SessionResetAt: null, Answer: not Answer.Refuse })
                Check(opener.Closed && acceptor.Closed, $"channel {plan.Key} was reset by nobody");
        }
    }

    void CheckComplete(ChannelPlan plan, long sent, int total, long delivered) =>
        Check(sent == total && delivered == total, $"channel {plan.Key} ended in order with {delivered} of {sent} of {total} bytes");

    void CheckNothingIsLeft()
    {
        foreach (var end in new[] { _jack, _jenny })
        {
            Check(end.Budget.Free == (end == _jack ? _jackBudget : _jennyBudget), "credit was not given back");
            var left = end.Session.Snapshot();
            Check(left is { Channels: 0, UnackedBytes: 0, QueuedBytes: 0, IsAttached: false }, $"something is left: {left}");
        }
    }
}

/// <summary>A schedule went wrong: says how to see it again.</summary>
sealed class SimulationFailure(ulong seed, string what)
    : Exception($"seed {seed}: {what}\n  again: BURROW_SEED={seed} dotnet run -c Release --project tests/Burrow.Session.Tests -- -class Burrow.Session.Tests.Simulation.SimulationTests");
