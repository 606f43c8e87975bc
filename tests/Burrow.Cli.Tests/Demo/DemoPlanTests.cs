using Burrow.Cli.Compose.Demo;
using Xunit;

namespace Burrow.Cli.Tests.Demo;

public sealed class DemoPlanTests
{
    [Theory]
    [InlineData(1L << 20)]
    [InlineData(512L << 20)]
    [InlineData(64L << 30)]
    public void EverySize_IsCutEightTimesAtLeastInEveryWayAndWithinTheFile(long size)
    {
        var plan = DemoPlan.For(size);
        Assert.InRange(plan.Cuts.Count, 8, int.MaxValue);
        Assert.Equal(Enum.GetValues<CutKind>().Order(), plan.Cuts.Select(cut => cut.Kind).Distinct().Order());
        var last = 0L;
        foreach (var cut in plan.Cuts)
        {
            // Further apart than what counts as "bytes moved again".
            Assert.InRange(cut.At - last, 64 * 1024, size);
            last = cut.At;
        }
        Assert.InRange(size - last, 64 * 1024, size);
    }

    [Fact]
    public void ALargeFile_MovesFasterInsteadOfLonger() =>
        Assert.Equal(32, (1L << 40) / DemoPlan.For(1L << 40).BytesPerSecond, precision: 3);
}
