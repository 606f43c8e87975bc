using Burrow.Cli.Compose.Relaying;
using Burrow.Testing;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

public sealed class DialPaceTests
{
    [Fact]
    public async Task SoManyInASecond_AndNoMore()
    {
        var clock = new ManualClock();
        var pace = new DialPace(3, clock);
        for (var i = 0; i < 3; i++) Assert.True(pace.WaitAsync(TestContext.Current.CancellationToken).IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(400));
        var fourth = pace.WaitAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.False(fourth.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await fourth;
    }

    [Fact]
    public async Task AStop_EndsTheWait()
    {
        using var stop = new CancellationTokenSource();
        var pace = new DialPace(1, new ManualClock());
        await pace.WaitAsync(stop.Token);
        var waiting = pace.WaitAsync(stop.Token);
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await waiting;
    }
}
