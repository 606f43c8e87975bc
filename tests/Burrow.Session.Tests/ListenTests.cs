using Burrow.Core;
using Burrow.Session.Tests.Pairs;
using Xunit;

namespace Burrow.Session.Tests;

public sealed class ListenTests
{
    static readonly ListenRequest Request = new(new Target("*", 8080), "web:80");

    [Fact]
    public void Listen_IsAskedAndAnswered()
    {
        var pair = new SessionPair().Attach();
        var id = pair.Jack.Session.Listen(Request);
        pair.Exchange();
        Assert.Equal([$"listen {id} *:8080 web:80"], pair.Jenny.Listens);
        pair.Jenny.Session.Listening(id, 8080);
        pair.Exchange();
        pair.Jenny.Session.NotListening(id, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.AddressNotAvailable));
        pair.Exchange();
        Assert.Equal([$"listening {id} 8080", $"not listening {id} AddressNotAvailable"], pair.Jack.Listens);
    }

    [Fact]
    public void Listener_ThatFailsAgainAndAgain_CountsOnlyWhileItIsThere()
    {
        var pair = new SessionPair().Attach();
        for (var i = 0; i < SessionTuning.MaxPeerListeners + 10; i++)
        {
            var id = pair.Jack.Session.Listen(Request);
            pair.Exchange();
            pair.Jenny.Session.NotListening(id, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.AddressInUse));
            pair.Exchange();
        }
        Assert.Null(pair.Jenny.Ended);
    }

    [Fact]
    public void Unlisten_ThatCrossesNotListening_IsIgnored()
    {
        var pair = new SessionPair().Attach();
        var id = pair.Jack.Session.Listen(Request);
        pair.Exchange();
        pair.Jenny.Session.NotListening(id, new EndReason(EndPhase.Listen, EndSide.Local, EndCause.AddressInUse));
        pair.Jack.Session.Unlisten(id);
        pair.Exchange();
        Assert.Null(pair.Jenny.Ended);
        Assert.Single(pair.Jenny.Listens);
    }

    [Fact]
    public void Listen_WhileDetached_IsAskedOnceAfterTheAttach()
    {
        var pair = new SessionPair();
        pair.Jack.Session.Listen(Request);
        pair.Attach().Exchange();
        pair.Attach().Exchange();
        Assert.Single(pair.Jenny.Listens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnswersThatNobodyHears_EndTheSession_ButNotInsideOfTheCallThatMakesThem(bool attached)
    {
        // Who says something about listeners may hold a lock that OnEnded takes.
        var pair = new SessionPair().Attach();
        for (var i = 0u; i < 10 * SessionTuning.MaxPeerListeners; i++) pair.Jenny.Session.Listening(i, 80);
        Assert.Null(pair.Jenny.Ended);
        if (attached) pair.Jenny.Session.Receive(pair.Jenny.Link!, pair.Jack.Produce(pair.Now), pair.Now);
        else pair.Jenny.Session.Survey(pair.Now);
        Assert.Equal(EndCause.Protocol, pair.Jenny.Ended?.Cause);
    }
}
