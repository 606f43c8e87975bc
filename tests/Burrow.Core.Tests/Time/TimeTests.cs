using Burrow.Core.Time;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Time;

public sealed class TimeTests
{
    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Backoff_DoublesFromTheLeastToTheGreatest_WithJitterBelow()
    {
        var random = new Random(1);
        var backoff = new Backoff(Seconds(0.25), Seconds(8));
        foreach (var full in (double[])[0.25, 0.5, 1, 2, 4, 8, 8, 8])
            Assert.InRange(backoff.Next(random).TotalSeconds, full * 0.75, full);
        Assert.Equal(8, backoff.Attempts);
        backoff.Reset();
        Assert.InRange(backoff.Next(random).TotalSeconds, 0, 0.25);
    }

    [Fact]
    public void Backoff_AfterAnyNumberOfAttempts_StaysWithinTheGreatest()
    {
        var backoff = new Backoff(Seconds(1), Seconds(60), factor: 10, jitter: 0);
        for (var i = 0; i < 2000; i++) Assert.InRange(backoff.Next(new Random(i)), Seconds(1), Seconds(60));
    }

    [Fact]
    public void BootTime_GoesOn_AndIsNotBehindTheTimeAwake()
    {
        var clock = BootTimeProvider.Instance;
        var first = clock.GetTimestamp();
        var awake = BootTimeProvider.SinceBootAwake;
        Assert.True(clock.SinceBoot >= awake || !OperatingSystem.IsLinux());
        Assert.True(clock.GetTimestamp() > 0);
        Assert.True(clock.GetElapsedTime(first) >= TimeSpan.Zero);
    }

    [Fact]
    public void SleepWatch_WhileTimeGoesOn_SaysNothing()
    {
        var watch = new SleepWatch(Seconds(1), Seconds(1000), Seconds(900));
        for (var i = 1; i < 100; i++) Assert.Equal(Wake.Normal, watch.Look(Seconds(1000 + i * 1.3), Seconds(900 + i * 1.3)));
        Assert.Equal(TimeSpan.Zero, watch.Lost);
    }

    [Fact]
    public void SleepWatch_AfterASleep_TellsHowLong()
    {
        var watch = new SleepWatch(Seconds(1), Seconds(1000), Seconds(900));
        Assert.Equal(Wake.MachineSlept, watch.Look(Seconds(4601), Seconds(901)));
        Assert.Equal(Seconds(3600), watch.Lost);
        Assert.Equal(Wake.Normal, watch.Look(Seconds(4602), Seconds(902)));
    }

    [Fact]
    public void SleepWatch_AfterAStop_TellsItFromASleep()
    {
        var watch = new SleepWatch(Seconds(1), Seconds(1000), Seconds(900));
        Assert.Equal(Wake.ProcessStopped, watch.Look(Seconds(1061), Seconds(961)));
        Assert.Equal(Seconds(60), watch.Lost);
    }

    [Fact]
    public async Task ManualClock_FiresTimersInTheOrderOfTheirDueTimes()
    {
        var clock = new ManualClock();
        var fired = new List<string>();
        using var late = clock.CreateTimer(_ => fired.Add("late"), null, Seconds(2), Timeout.InfiniteTimeSpan);
        using var periodic = clock.CreateTimer(_ => fired.Add($"at {clock.GetTimestamp() / TimeSpan.TicksPerSecond}"), null, Seconds(1), Seconds(1));
        var delay = Task.Delay(Seconds(3), clock);
        Assert.Equal(Seconds(1), clock.NextDue);
        clock.Advance(Seconds(2.5));
        Assert.Equal(["at 1", "late", "at 2"], fired);
        Assert.False(delay.IsCompleted);
        clock.Advance(Seconds(0.5));
        await delay;
        Assert.Equal(Seconds(3), clock.GetElapsedTime(0));
    }

    [Fact]
    public void Moment_WhenTheWallClockIsSet_KeepsItsAgeAndMovesItsDate()
    {
        var clock = new ManualClock();
        var begin = clock.GetUtcNow();
        var moment = new Moment(clock);
        clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(begin, moment.Date);
        clock.SetUtcNow(begin - TimeSpan.FromDays(2));
        Assert.Equal((TimeSpan.FromMinutes(3), begin - TimeSpan.FromDays(2) - TimeSpan.FromMinutes(3)), (moment.Age, moment.Date));
    }
}
