using Burrow.Session.Handshake;
using Xunit;

namespace Burrow.Session.Tests.Handshake;

public sealed class AttemptLimiterTests
{
    static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    [Fact]
    public void Refused_IsLoggedOncePerAddressAndWindow()
    {
        var limiter = new AttemptLimiter(Window);
        Assert.True(limiter.Refused("a", Start));
        Assert.False(limiter.Refused("a", Start.AddSeconds(59)));
        Assert.True(limiter.Refused("b", Start.AddSeconds(59)));
        Assert.True(limiter.Refused("a", Start.AddSeconds(60)));
    }

    [Fact]
    public void Admits_UntilTheLimitAndAgainAfterTheWindow()
    {
        var limiter = new AttemptLimiter(Window, maxRefusals: 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(limiter.Admits("a", Start));
            limiter.Refused("a", Start);
        }
        Assert.False(limiter.Admits("a", Start.AddSeconds(59)));
        Assert.True(limiter.Admits("b", Start.AddSeconds(59)));
        Assert.True(limiter.Admits("a", Start.AddSeconds(60)));
    }

    [Fact]
    public void Window_IsFixed_LaterRefusalsDoNotProlongIt()
    {
        var limiter = new AttemptLimiter(Window, maxRefusals: 1);
        limiter.Refused("a", Start);
        for (var second = 1; second < 60; second++) limiter.Refused("a", Start.AddSeconds(second));
        Assert.False(limiter.Admits("a", Start.AddSeconds(60).AddTicks(-1)));
        Assert.True(limiter.Admits("a", Start.AddSeconds(60)));
        Assert.Equal(0, limiter.Count);
    }

    [Fact]
    public void ClockThatWasSetBack_NeitherForgetsNorThrows()
    {
        var limiter = new AttemptLimiter(Window, maxRefusals: 1);
        limiter.Refused("a", Start);
        limiter.Refused("b", Start.AddHours(-1));
        Assert.False(limiter.Admits("a", Start.AddHours(-1)));
        Assert.False(limiter.Admits("b", Start.AddHours(-1)));
        Assert.True(limiter.Admits("a", Start.Add(Window)));
        Assert.True(limiter.Admits("b", Start.Add(Window)));
    }

    [Fact]
    public void FullTable_ForgetsTheOldestAddress_WhichIsThenAdmittedAgain()
    {
        var limiter = new AttemptLimiter(Window, maxRefusals: 1, maxAddresses: 2);
        limiter.Refused("a", Start);
        limiter.Refused("b", Start.AddSeconds(1));
        limiter.Refused("a", Start.AddSeconds(2)); // known: no new window
        Assert.True(limiter.Refused("c", Start.AddSeconds(3)));
        Assert.True(limiter.Admits("a", Start.AddSeconds(3)));
        Assert.False(limiter.Admits("b", Start.AddSeconds(3)));
        Assert.False(limiter.Admits("c", Start.AddSeconds(3)));
    }

    [Fact]
    public void Table_IsBounded()
    {
        var limiter = new AttemptLimiter(Window, maxAddresses: 10);
        for (var i = 0; i < 1000; i++) limiter.Refused($"{i}", Start);
        Assert.Equal(10, limiter.Count);
        Assert.True(limiter.Refused("0", Start));
        Assert.False(limiter.Refused("999", Start));
    }
}
