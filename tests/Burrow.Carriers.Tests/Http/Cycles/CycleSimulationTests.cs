using Xunit;

namespace Burrow.Carriers.Tests.Http.Cycles;

/// <summary>Hundreds of schedules of what proxies do to requests: every byte arrives once and in order.</summary>
public sealed class CycleSimulationTests
{
    const int Seeds = 150;

    static void Run(Middlebox box, int seeds = Seeds, int up = 400_000, int down = 400_000)
    {
        for (var seed = 1; seed <= seeds; seed++)
        {
            var world = new CycleWorld(seed, box);
            world.Transfer(up, down);
            Assert.False(world.GaveUp, $"seed {seed} gave up");
        }
    }

    [Fact]
    public void Undisturbed_EverythingArrives() => Run(new Middlebox());

    [Fact]
    public void RepeatedAndReordered_NothingIsDoubled() => Run(new Middlebox(Repeat: 60));

    [Fact]
    public void LostRequestsAndAnswers_NothingIsLost() => Run(new Middlebox(LoseRequest: 5, LoseAnswer: 5), seeds: 60);

    [Fact]
    public void ErrorPages_NothingIsLostOrDoubled() => Run(new Middlebox(Refuse: 30));

    [Fact]
    public void EverythingAtOnce_EveryByteArrivesOnce() => Run(new Middlebox(LoseRequest: 5, LoseAnswer: 5, Repeat: 30, Refuse: 15), seeds: 100);

    [Fact]
    public void SmallBodies_AreFoundOut() => Run(new Middlebox(LargestPush: 3000, LargestAnswer: 9000, Refuse: 5), seeds: 40, up: 100_000, down: 200_000);

    [Fact]
    public void ShortLifetimes_AreFoundOut() => Run(new Middlebox(LongestHold: 1500), seeds: 30);

    [Fact]
    public void ManyTimesTheWindow_StaysInOrder() => Run(new Middlebox(Repeat: 10, LoseAnswer: 2), seeds: 3, up: 20_000_000, down: 20_000_000);

    [Fact]
    public void Idle_AsksLessThanOnceInTenSeconds()
    {
        var world = new CycleWorld(1, new Middlebox());
        world.Idle(3_600_000);
        Assert.InRange(world.Requests, 100, 360);
    }

    [Fact]
    public void NobodyAnswers_IsGivenUp()
    {
        var world = new CycleWorld(1, new Middlebox(LoseRequest: 100));
        world.Transfer(100, 100);
        Assert.True(world.GaveUp);
    }
}
