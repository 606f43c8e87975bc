using Burrow.Session.Liveness;
using Xunit;

namespace Burrow.Session.Tests.Liveness;

public sealed class LinkLivenessTests
{
    const int Patience = 2;

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    TimeSpan _now = TimeSpan.FromHours(5);

    [Fact]
    public void NewLink_PingsAtOnce_AndMeasuresTheRoundTrip()
    {
        var link = Answered(Ms(80));
        Assert.Equal(Ms(80), link.Rtt);
    }

    [Theory]
    [InlineData(1, 1500)]
    [InlineData(250, 1500)]
    [InlineData(400, 2400)]
    [InlineData(1000, 3000)]
    [InlineData(2000, 4000)]
    public void Silence_AfterAPing_IsSuspectAfterTheRoundTripAllows(int rtt, int suspect)
    {
        var link = Answered(Ms(rtt));
        Advance(link, Ms(600));
        link.OnSent(_now);
        Assert.True(link.TakePing(_now, out _));
        Assert.InRange(TimeUntil(link, LinkHealth.Suspect), Ms(suspect), Ms(suspect) + Look);
        Assert.InRange(TimeUntil(link, LinkHealth.Dead), Ms(suspect * (Patience - 1)) - Look, Ms(suspect * (Patience - 1)) + Look);
    }

    [Fact]
    public void Arrival_OfAnything_EndsTheSuspicion()
    {
        var link = Answered(Ms(10));
        link.Doubt(_now);
        Assert.True(link.TakePing(_now, out _));
        TimeUntil(link, LinkHealth.Suspect);
        link.OnReceived(_now);
        Assert.Equal(LinkHealth.Alive, link.Tick(_now));
    }

    [Fact]
    public void Stop_OfAnyLength_IsNoSilence()
    {
        var link = Answered(Ms(10));
        link.Doubt(_now);
        Assert.True(link.TakePing(_now, out _));
        _now += TimeSpan.FromHours(9);
        Assert.Equal(LinkHealth.Alive, link.Tick(_now));
    }

    [Fact]
    public void Ping_ThatNobodyCanWrite_IsSuspectLikeOneThatIsLost()
    {
        // The path dies just after a pong: the writer is stuck in the next batch, so the ping that is due can't be sent.
        var link = Answered(Ms(10));
        link.OnSent(_now);
        Assert.False(link.TakePing(_now, out _));
        Assert.InRange(TimeUntil(link, LinkHealth.Suspect), Ms(1500), Ms(2500));
    }

    [Fact]
    public void BytesSent_SoonAfterAPing_ArePingedForAsWell()
    {
        var link = Answered(Ms(10));
        link.OnSent(_now);
        Assert.False(link.TakePing(_now, out _));
        Assert.InRange(link.NextTick(_now), TimeSpan.Zero, Ms(500));
        Advance(link, link.NextTick(_now));
        Assert.True(link.TakePing(_now, out _));
    }

    [Fact]
    public void BytesSent_BehindAPingInTheSameBatch_ArePingedForOnceMore()
    {
        // Its pong may come back over a path that died between the two.
        var link = Answered(Ms(10));
        Advance(link, Ms(600));
        link.OnSent(_now);
        Assert.True(link.TakePing(_now, out var token, beforeStream: true));
        _now += Ms(10);
        Assert.NotNull(link.OnPong(token, _now));
        Assert.InRange(link.NextTick(_now), Ms(1), Ms(500));
        Advance(link, link.NextTick(_now));
        Assert.True(link.TakePing(_now, out token));
        Assert.NotNull(link.OnPong(token, _now));
        Assert.True(link.NextTick(_now) > TimeSpan.FromSeconds(10), "and no more than once");
    }

    [Fact]
    public void BytesReceived_ArePingedForAsWell_SoThatADownloadThatStopsIsNoticed()
    {
        var link = Answered(Ms(10));
        link.OnStream();
        Assert.InRange(link.NextTick(_now), TimeSpan.Zero, Ms(500));
        Advance(link, link.NextTick(_now));
        Assert.True(link.TakePing(_now, out _));
    }

    [Fact]
    public void IdleLink_IsPingedAfterFifteenSeconds_AndNotBefore()
    {
        var link = Answered(Ms(10));
        Assert.Equal(TimeSpan.FromSeconds(15), link.NextTick(_now));
        Advance(link, TimeSpan.FromSeconds(15) - Ms(1));
        Assert.False(link.TakePing(_now, out _));
        Advance(link, Ms(1));
        Assert.True(link.TakePing(_now, out _));
    }

    [Fact]
    public void Looks_AreNeverWantedAgainAtOnce_AfterOneThatChangedNothing()
    {
        var link = Answered(Ms(10));
        Advance(link, TimeSpan.FromSeconds(20)); // a ping is due, and nobody takes it
        Assert.True(link.NextTick(_now) > TimeSpan.Zero);
    }

    [Fact]
    public void Pong_ForAnotherPing_SaysNothing()
    {
        var link = new LinkLiveness(Patience, SessionOptions.Default.IdlePing, _now);
        Assert.True(link.TakePing(_now, out var token));
        Assert.Null(link.OnPong(token + 1, _now));
        Assert.NotNull(link.OnPong(token, _now));
        Assert.Null(link.OnPong(token, _now));
    }

    [Fact]
    public void AwakeClock_AddsAtMostItsLongestStepForOneLook()
    {
        var clock = new AwakeClock(Ms(1000));
        clock.Look(Ms(1100));
        clock.Look(Ms(90_000));
        clock.Look(Ms(80_000)); // a clock that goes back says nothing
        Assert.Equal(Ms(100) + AwakeClock.LongestStep, clock.Now);
    }

    LinkLiveness Answered(TimeSpan rtt)
    {
        var link = new LinkLiveness(Patience, SessionOptions.Default.IdlePing, _now);
        Assert.True(link.TakePing(_now, out var token));
        _now += rtt;
        link.OnReceived(_now);
        Assert.Equal(rtt, link.OnPong(token, _now));
        return link;
    }

    void Advance(LinkLiveness link, TimeSpan time)
    {
        _now += time;
        link.Tick(_now);
    }

    TimeSpan TimeUntil(LinkLiveness link, LinkHealth health)
    {
        var begin = _now;
        for (var looks = 0; link.Tick(_now) < health; looks++)
        {
            Assert.True(looks < 1000, $"never {health}");
            _now += link.NextTick(_now) is var wait && wait < Look ? wait : Look;
        }
        return _now - begin;
    }

    static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
