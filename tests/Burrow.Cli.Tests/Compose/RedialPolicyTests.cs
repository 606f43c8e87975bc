using Burrow.Cli.Compose.Jack;
using Xunit;

namespace Burrow.Cli.Tests.Compose;

public sealed class RedialPolicyTests
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    readonly RedialPolicy _policy = new(Longest);

    [Fact]
    public void Attempts_AreAtOnce_ThenQuickForAMinute_ThenEverRarerUpToTheLongestPause()
    {
        Assert.Equal(TimeSpan.Zero, Next(0));
        Assert.Equal(RedialPolicy.Quick, Next(0));
        Assert.Equal(RedialPolicy.Quick, Next(59));
        Assert.Equal(2 * RedialPolicy.Quick, Next(61));
        Assert.Equal(4 * RedialPolicy.Quick, Next(62));
        for (var i = 0; i < 20; i++) Next(100);
        Assert.Equal(Longest, Next(1000));
    }

    [Fact]
    public void Answer_AfterALongOutage_MakesTheNextAttemptsQuickOnesAgain()
    {
        Next(0);
        for (var i = 0; i < 20; i++) Next(100);
        _policy.Answered(TimeSpan.FromSeconds(1000));
        Assert.Equal(RedialPolicy.Quick, Next(1001));
        Assert.True(_policy.IsQuick(TimeSpan.FromSeconds(1059)));
        Assert.Equal(2 * RedialPolicy.Quick, Next(1061));
    }

    TimeSpan Next(int seconds) => _policy.Next(TimeSpan.FromSeconds(seconds), 0.5);
}
