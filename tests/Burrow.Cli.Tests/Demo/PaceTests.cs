using Burrow.Cli.Compose.Demo;
using Xunit;

namespace Burrow.Cli.Tests.Demo;

public sealed class PaceTests
{
    static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Fact]
    public void BytesInARow_WaitForEachOther()
    {
        var pace = new Pace(1_000_000);
        var now = TimeSpan.FromHours(1);
        var first = pace.Take(100_000, now);
        Assert.Equal(first + Ms(100), pace.Take(100_000, now));
        Assert.Equal(first + Ms(200), pace.Take(100_000, now));
    }

    [Fact]
    public void ALateTimer_IsMadeUpFor()
    {
        var pace = new Pace(1_000_000);
        var now = TimeSpan.FromHours(1);
        var first = pace.Take(100_000, now);
        Assert.Equal(first + Ms(20), pace.Take(100_000, now + Ms(80)));
    }

    [Fact]
    public void AnOutage_IsNotMadeUpFor()
    {
        var pace = new Pace(1_000_000);
        var now = TimeSpan.FromHours(1);
        pace.Take(100_000, now);
        Assert.Equal(-Ms(50), pace.Take(100_000, now + TimeSpan.FromMinutes(1)));
    }
}
