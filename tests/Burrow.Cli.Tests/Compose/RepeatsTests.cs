using Burrow.Cli.Compose;
using Burrow.Testing;
using Xunit;

namespace Burrow.Cli.Tests.Compose;

public sealed class RepeatsTests
{
    readonly ManualClock _clock = new();
    readonly ListLogger _log = new();

    [Fact]
    public void TheFirstIsNews_TheOthersAreCounted_AndTheCountIsToldOnceAnInterval()
    {
        var repeats = new Repeats(_clock, _log);
        Assert.True(repeats.IsNews("a is refused"));
        for (var i = 0; i < 41; i++) Assert.False(repeats.IsNews("a is refused"));
        Assert.True(repeats.IsNews("b is refused"));
        repeats.TellOver();
        Assert.Empty(_log.Lines);
        _clock.Advance(Repeats.Interval);
        repeats.TellOver();
        Assert.Equal(["a is refused: 41 more in the last 1 min"], _log.Lines);
        Assert.False(repeats.IsNews("a is refused")); // it goes on
        Assert.True(repeats.IsNews("b is refused")); // it had stopped
        _clock.Advance(Repeats.Interval);
        repeats.TellOver();
        Assert.Equal("a is refused: 1 more in the last 1 min", _log.Lines[^1]);
    }

    [Fact]
    public void MoreKindsThanAreRemembered_CountAsOne()
    {
        var repeats = new Repeats(_clock, _log);
        var told = Enumerable.Range(0, 5000).Count(i => repeats.IsNews($"kind {i}"));
        Assert.Equal(1025, told);
    }
}
