using Burrow.Core.Relaying;
using Xunit;

namespace Burrow.Core.Tests;

public sealed class RateLimitTests
{
    /// <summary>Moves as much as it may, with timers that come late, and says when how much went.</summary>
    static List<(TimeSpan At, int Bytes)> Run(long rate, TimeSpan duration, int seed)
    {
        var random = new Random(seed);
        var (now, limit) = (TimeSpan.FromHours(1), new RateLimit(rate, TimeSpan.FromHours(1)));
        var moved = new List<(TimeSpan, int)>();
        while (now < TimeSpan.FromHours(1) + duration)
        {
            var allowed = limit.Allowed(now);
            if (allowed == 0)
            {
                now += TimeSpan.FromMilliseconds(Math.Ceiling(limit.Pause.TotalMilliseconds) + random.Next(5));
                continue;
            }
            var bytes = random.Next(4) == 0 ? random.Next(1, allowed + 1) : allowed;
            limit.Spend(bytes);
            moved.Add((now, bytes));
        }
        return moved;
    }

    [Theory]
    [InlineData(20)]
    [InlineData(1000)]
    [InlineData(102_400)]
    [InlineData(50_000_000)]
    [InlineData(3_000_000_000)]
    public void R_SHD_20_NoSecond_SeesMoreThan110Percent(long rate)
    {
        var moved = Run(rate, TimeSpan.FromSeconds(60), seed: 1);
        var (from, inWindow) = (0, 0L);
        for (var to = 0; to < moved.Count; to++)
        {
            inWindow += moved[to].Bytes;
            while (moved[to].At - moved[from].At > TimeSpan.FromSeconds(1)) inWindow -= moved[from++].Bytes;
            Assert.True(inWindow <= rate * 1.1 + 1, $"{inWindow} bytes in the second before {moved[to].At}");
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(102_400)]
    [InlineData(50_000_000)]
    public void R_SHD_20_Mean_IsWithin5Percent(long rate)
    {
        var total = Run(rate, TimeSpan.FromSeconds(100), seed: 2).Sum(part => (long)part.Bytes);
        Assert.InRange(total / 100.0, rate * 0.95, rate * 1.05);
    }

    [Fact]
    public void LowestRate_StillMovesAByteASecond()
    {
        Assert.InRange(Run(1, TimeSpan.FromSeconds(100), seed: 3).Sum(part => part.Bytes), 95, 101);
    }

    [Fact]
    public void Pause_EndsWhenTheNextPortionIsDue()
    {
        var limit = new RateLimit(1000, TimeSpan.Zero);
        Assert.Equal(0, limit.Allowed(TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromMilliseconds(25), limit.Pause);
        Assert.Equal(25, limit.Allowed(TimeSpan.FromMilliseconds(25)));
    }
}
