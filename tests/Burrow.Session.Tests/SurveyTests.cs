using Burrow.Core;
using Burrow.Session.Tests.Pairs;
using Xunit;

namespace Burrow.Session.Tests;

/// <summary>Applications that reset their connection while nobody reads it.</summary>
public sealed class SurveyTests
{
    readonly SessionPair _pair = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ApplicationThatResets_WhileItsChannelHasNoCredit_IsNoticedAndToldToThePeer(bool closedBefore)
    {
        _pair.Attach();
        var port = _pair.Jack.Open();
        port.Write(SessionPair.Bytes(100_000));
        if (closedBefore) port.Finish();
        _pair.Settle(); // Jenny does not answer: the early credit is all there is
        port.Fail();
        _pair.Settle();
        Assert.Null(port.Aborted); // an unread byte before it, and nobody to read that
        SurveyTwice();
        Assert.Equal(EndCause.Reset, port.Aborted?.Cause);
        _pair.Settle();
        Assert.Equal((EndSide.Far, EndCause.Reset), (_pair.Jenny.Offered[0].End!.Side, _pair.Jenny.Offered[0].End!.Cause));
        _pair.AssertClean();
    }

    [Fact]
    public void ApplicationThatResets_WhileNoCarrierIsUp_DoesNotKeepItsDescriptor()
    {
        _pair.Jenny.OnOpen = channel => _pair.Jenny.Accept(channel);
        _pair.Attach();
        var port = _pair.Jack.Open();
        var held = _pair.Jack.Open();
        _pair.Settle();
        _pair.Detach();
        port.Write(SessionPair.Bytes(100));
        held.Write(SessionPair.Bytes(100));
        SurveyTwice();
        port.Fail();
        SurveyTwice();
        Assert.Equal(EndCause.Reset, port.Aborted?.Cause);
        Assert.Null(held.Aborted);
        Assert.Equal(1, _pair.Jack.Session.Snapshot().Channels - 1 /* whose RESET is still to be sent */);
        _pair.Attach().Settle();
        Assert.Equal(EndCause.Reset, _pair.Jenny.Offered[0].End?.Cause);
        Assert.Equal(100ul, _pair.Jenny.Offered[1].BytesReceived);
    }

    [Fact]
    public void ApplicationThatResets_AfterItsHalfClose_IsNoticedThoughNothingIsReadAnyMore()
    {
        _pair.Jenny.OnOpen = channel => _pair.Jenny.Accept(channel);
        _pair.Attach();
        var port = _pair.Jack.Open();
        port.Finish();
        _pair.Settle();
        port.Fail();
        SurveyTwice();
        Assert.Equal(EndCause.Reset, port.Aborted?.Cause);
        _pair.Settle();
        _pair.AssertClean();
    }

    [Fact]
    public void Channel_ThatMoves_IsLeftToItsReader()
    {
        _pair.Jenny.OnOpen = channel => _pair.Jenny.Accept(channel);
        _pair.Attach();
        var port = _pair.Jack.Open();
        port.Write(SessionPair.Bytes(100));
        _pair.Jack.Session.Survey(_pair.Now);
        port.Fail();
        _pair.Jack.Produce(_pair.Now);
        Assert.NotNull(port.Aborted);
        Assert.Single(_pair.Jack.EndedChannels);
        SurveyTwice();
        Assert.Single(_pair.Jack.EndedChannels);
    }

    void SurveyTwice()
    {
        for (var i = 0; i < 2; i++)
        {
            _pair.Jack.Session.Survey(_pair.Now);
            _pair.Jenny.Session.Survey(_pair.Now);
        }
    }
}
