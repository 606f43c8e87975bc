using Burrow.Session.Link;
using Burrow.Session.Liveness;
using Burrow.Session.Resume;
using Xunit;

namespace Burrow.Session.Tests.Link;

public sealed class WorkSignalTests
{
    [Fact]
    public async Task Signal_WhileNobodyWaits_IsRememberedOnce()
    {
        var signal = new WorkSignal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync();
        var next = signal.WaitAsync();
        Assert.False(next.IsCompleted);
        signal.Set();
        await next;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NoSignal_IsEverLost(bool inline)
    {
        const int Rounds = 100_000;
        var signal = new WorkSignal();
        var produced = 0;
        var consumer = Task.Run(async () =>
        {
            var seen = 0;
            while ((seen = Volatile.Read(ref produced)) < Rounds) await signal.WaitAsync();
            return seen;
        });
        var producer = Task.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                Interlocked.Increment(ref produced);
                signal.Set(inline);
            }
        });
        await producer.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Rounds, await consumer.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Flight_FollowsTheRateAndTheRoundTrip_AndForgetsOldOnes()
    {
        var rate = new DeliveryRate();
        Assert.Equal(SessionTuning.FirstFlight, rate.Flight);
        var now = TimeSpan.FromSeconds(10);
        rate.OnRtt(TimeSpan.FromMilliseconds(100), now);
        rate.OnAck(1_000_000, new SendStamp(now - TimeSpan.FromMilliseconds(100), 0), now);
        Assert.Equal(10_000_000, rate.Rate, 1.0);
        Assert.InRange(rate.Flight, 2_000_000ul, 3_000_000ul);
        for (var second = 0; second < 12; second++) rate.OnAck(1, null, now += TimeSpan.FromSeconds(1));
        Assert.Equal(0, rate.Rate);
        Assert.Equal(SessionTuning.FirstFlight, rate.Flight);
    }
}
