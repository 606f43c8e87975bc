using System.Collections.Concurrent;
using System.Globalization;
using Burrow.Session.Link;
using Xunit;

namespace Burrow.Session.Tests.Simulation;

/// <summary>Two ends, a bad path, and time that passes as fast as it can be computed.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    const int DefaultSchedules = 20_000;

    [Fact]
    public void EverySchedule_DeliversEachByteOnceAndLeavesNothingBehind()
    {
        if (Setting("BURROW_SEED") is { } seed)
        {
            new SimWorld(seed, output.WriteLine).Run();
            return;
        }

        var failures = new ConcurrentQueue<Exception>();
        var schedules = (int)(Setting("BURROW_SCHEDULES") ?? DefaultSchedules);
        var slabs = LinkSlabs.Pool.Outstanding;
        Parallel.For(1, schedules + 1, (index, loop) =>
        {
            try
            {
                new SimWorld((ulong)index, null).Run();
            }
            catch (SimulationFailure failure)
            {
                failures.Enqueue(failure);
            }
            catch (Exception exception)
            {
                failures.Enqueue(new SimulationFailure((ulong)index, exception.ToString()));
            }
            if (failures.Count >= 5) loop.Stop();
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Select(failure => failure.Message)));
        Assert.Equal(slabs, LinkSlabs.Pool.Outstanding);
    }

    static ulong? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
