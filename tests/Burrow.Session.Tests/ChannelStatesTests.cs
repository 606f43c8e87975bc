using Burrow.Core;
using Burrow.Session.Tests.Pairs;
using Burrow.Session.Wire;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>Resets, half-closes and the session's end in every state of a channel (docs/protocol.md §6).</summary>
public sealed class ChannelStatesTests
{
    static readonly EndReason Rule = new(EndPhase.Relay, EndSide.Local, EndCause.Denied, "rule");

    readonly SessionPair _pair = new();
    ScriptedPort _opener = null!;
    ScriptedPort? _acceptor;

    /// <summary>How a channel comes into each state; afterwards the two ends are at rest.</summary>
    public static TheoryData<string> States => ["uncommitted", "opening", "unanswered", "open", "half-closed by the opener", "half-closed by the acceptor", "draining", "draining after the end", "stalled", "detached"];

    [Theory]
    [MemberData(nameof(States))]
    public void Reset_ByTheOpener_InAnyState_EndsBothSidesAndLeavesNothing(string state)
    {
        Reach(state);
        _pair.Jack.Session.Reset(_opener.Channel, Rule);
        Settle();
        Assert.Equal(Rule, _opener.Aborted);
        if (_acceptor is not null) Assert.Equal((EndSide.Far, EndCause.Denied, "rule"), (_acceptor.Aborted!.Side, _acceptor.Aborted.Cause, _acceptor.Aborted.Detail));
        Assert.Equal(state == "uncommitted" ? 0 : 1, _pair.Jenny.Offered.Count);
        Assert.Single(_pair.Jack.EndedChannels);
        _pair.AssertClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Reset_ByTheAcceptor_InAnyState_EndsBothSidesAndLeavesNothing(string state)
    {
        Reach(state);
        if (_pair.Jenny.Offered.Count == 0) return; // there is nothing yet that she could reset
        _pair.Jenny.Session.Reset(_pair.Jenny.Offered[0], Rule);
        Settle();
        Assert.Equal(Rule, _pair.Jenny.Offered[0].End);
        Assert.Equal((EndSide.Far, EndCause.Denied), (_opener.Aborted!.Side, _opener.Aborted.Cause));
        Assert.Single(_pair.Jenny.EndedChannels);
        _pair.AssertClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void Reset_ByBothAtOnce_IsOneReset(string state)
    {
        Reach(state);
        _pair.Jack.Session.Reset(_opener.Channel, Rule);
        if (_pair.Jenny.Offered.Count > 0) _pair.Jenny.Session.Reset(_pair.Jenny.Offered[0], Rule);
        Settle();
        Assert.Single(_pair.Jack.EndedChannels);
        Assert.True(_pair.Jenny.EndedChannels.Count <= 1);
        _pair.AssertClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void BothFinish_InAnyState_AndTheChannelEndsInOrder(string state)
    {
        Reach(state);
        _opener.Finish();
        Settle();
        _acceptor ??= _pair.Jenny.Accept(_pair.Jenny.Offered[0]);
        _acceptor.Allow(int.MaxValue);
        _acceptor.Finish();
        Settle();
        Assert.Equal((1, 1, 1, 1), (_opener.Completed, _opener.Closed, _acceptor.Completed, _acceptor.Closed));
        Assert.Null(_opener.Channel.End);
        _pair.AssertClean();
    }

    [Theory]
    [MemberData(nameof(States))]
    public void SessionEnd_InAnyState_AbortsEverything(string state)
    {
        Reach(state);
        if (state is "uncommitted" or "detached") _pair.Attach();
        _pair.Jack.Session.End(EndReason.Stopped);
        _pair.Exchange();
        Assert.Equal(EndCause.Stopped, _pair.Jack.Ended?.Cause);
        Assert.Equal((EndCause.Stopped, EndSide.Far), (_pair.Jenny.Ended!.Cause, _pair.Jenny.Ended.Side));
        Assert.NotNull(_opener.Aborted);
        if (_acceptor is not null) Assert.NotNull(_acceptor.Aborted);
        Assert.Single(_pair.Jack.EndedChannels);
        _pair.AssertClean();
    }

    [Fact]
    public void Open_AndResetWhileDetached_NeverReachesTheWire()
    {
        var port = _pair.Jack.Open();
        port.Write(SessionPair.Bytes(10));
        _pair.Jack.Session.Reset(port.Channel, Rule);
        _pair.Attach().Settle();
        Assert.Empty(_pair.Jenny.Offered);
        Assert.Equal(0ul, _pair.Jack.Session.Snapshot().SentBytes);
    }

    [Fact]
    public void ManyOpensAndResets_WhileDetached_KeepNothing()
    {
        _pair.Jack.Budget.TryReserve(_pair.Jack.Total - 100_000); // some of them get no memory
        for (var i = 0; i < 10_000; i++) _pair.Jack.Session.Reset(_pair.Jack.Open().Channel, Rule);
        Assert.InRange(_pair.Jack.Session.Waiting, 0, 100);
        _pair.Jack.Budget.Release(_pair.Jack.Total - 100_000);
        _pair.AssertClean();
    }

    [Fact]
    public void Accept_AfterThePeersReset_AbortsTheLocalEnd()
    {
        Reach("unanswered");
        _pair.Jack.Session.Reset(_opener.Channel, Rule);
        Settle();
        var port = _pair.Jenny.Accept(_pair.Jenny.Offered[0]);
        Assert.Equal(EndCause.Denied, port.Aborted?.Cause);
        Settle();
        _pair.AssertClean();
    }

    [Fact]
    public void StalledChannel_DoesNotHoldUpTheOthers()
    {
        Reach("stalled");
        ScriptedPort? accepted = null;
        _pair.Jenny.OnOpen = channel => accepted = _pair.Jenny.Accept(channel);
        var other = _pair.Jack.Open();
        other.Write(SessionPair.Bytes(300_000));
        Settle();
        Assert.Equal(SessionPair.Bytes(300_000), accepted!.Received);
        _acceptor!.Allow(int.MaxValue);
        Settle();
        Assert.Equal(SessionPair.Bytes(500_000), _acceptor.Received);
    }

    [Fact]
    public void CreditOfOneByteAtATime_StillMovesEverything()
    {
        var jack = new PairEnd(isJack: true);
        jack.Link = jack.Session.Attach(AttachPoint.Birth, TimeSpan.Zero);
        var port = jack.Open();
        jack.Produce(TimeSpan.Zero);
        port.Write(SessionPair.Bytes(20_000));
        jack.Produce(TimeSpan.Zero);
        for (var credit = 8193ul; credit < 8300; credit++)
        {
            Assert.Null(jack.Session.Receive(jack.Link!, Bytes.Stream(Bytes.Credit(1, credit)), TimeSpan.FromSeconds(1)));
            jack.Produce(TimeSpan.FromSeconds(1));
            Assert.Equal(credit, port.Channel.BytesSent);
        }
    }

    [Fact]
    public void End_WhenTheCarrierBreaksBeforeItIsSaid_EndsAllTheSame()
    {
        Reach("open");
        _pair.Jack.Session.End(EndReason.Stopped);
        _pair.Detach();
        Assert.Equal(EndCause.Stopped, _pair.Jack.Ended?.Cause);
    }

    [Fact]
    public void Open_WithTheLastNumber_IsMade_AndTheNextEndsTheSessionInOrder()
    {
        var jack = new PairEnd(isJack: true, firstChannel: WireFormat.MaxChannel);
        jack.Link = jack.Session.Attach(AttachPoint.Birth, TimeSpan.Zero);
        jack.Open();
        var open = Bytes.Open(WireFormat.MaxChannel, SessionTuning.FirstWindow, "host", "source");
        Assert.Equal(open, jack.Produce(TimeSpan.Zero)[^open.Length..]);
        jack.Open();
        jack.Produce(TimeSpan.Zero); // here it is found out
        Assert.NotEmpty(jack.Produce(TimeSpan.Zero));
        Assert.True(jack.Session.EndSent);
        jack.Session.CloseAfterEnd();
        Assert.Equal(EndCause.Limit, jack.Ended?.Cause);
        Assert.Equal(2, jack.EndedChannels.Count);
    }

    void Reach(string state)
    {
        if (state != "unanswered") _pair.Jenny.OnOpen = channel => (_acceptor = _pair.Jenny.Accept(channel)).Allow(state switch { "draining" or "draining after the end" => 5, "stalled" => 0, _ => int.MaxValue });
        if (state == "uncommitted")
        {
            _opener = _pair.Jack.Open();
            return;
        }
        _pair.Attach();
        _opener = _pair.Jack.Open();
        switch (state)
        {
            case "opening":
                Assert.NotEmpty(_pair.Jack.Produce(_pair.Now)); // OPEN is sent, and lost with its carrier
                _pair.Attach();
                return;
            case "half-closed by the opener":
                _opener.Write(SessionPair.Bytes(100));
                _opener.Finish();
                break;
            case "half-closed by the acceptor":
                _pair.Exchange();
                _acceptor!.Write(SessionPair.Bytes(100));
                _acceptor.Finish();
                break;
            case "draining":
                _opener.Write(SessionPair.Bytes(1000));
                break;
            case "draining after the end":
                _opener.Write(SessionPair.Bytes(1000));
                _opener.Finish();
                break;
            case "stalled":
                _opener.Write(SessionPair.Bytes(500_000));
                break;
        }
        _pair.Settle();
        if (state == "detached") _pair.Detach();
    }

    void Settle()
    {
        if (_pair.Jack.Link is null) _pair.Attach();
        _pair.Settle();
    }
}
