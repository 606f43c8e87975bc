using Burrow.Carriers.Port;
using Xunit;

namespace Burrow.Carriers.Tests.Port;

public sealed class HandshakeTurnsTests
{
    [Fact]
    public async Task OnlySoMany_ComputeAtOnce()
    {
        var turns = new HandshakeTurns(2);
        var (a, b, c) = (turns.For("a"), turns.For("b"), turns.For("c"));
        await a.TakeAsync();
        await b.TakeAsync();
        var third = c.TakeAsync();
        Assert.False(third.IsCompleted);
        a.Give();
        await third;
        a.Give(); // twice is once
        var again = a.TakeAsync();
        Assert.False(again.IsCompleted);
        b.Give();
        await again;
    }

    [Fact]
    public async Task AFloodOfOneAddress_LetsEveryOtherGoFirstButOnce()
    {
        var turns = new HandshakeTurns(1);
        var order = new List<string>();
        var current = turns.For("flood");
        await current.TakeAsync();
        var waiting = new List<(HandshakeTurn Turn, string Name, Task Taken)>();
        foreach (var name in Enumerable.Range(0, 100).Select(i => $"flood {i}").Append("jack"))
        {
            var turn = turns.For(name[..4]);
            waiting.Add((turn, name, turn.TakeAsync()));
        }
        while (waiting.Count > 0)
        {
            current.Give();
            var next = Assert.Single(waiting, waiter => waiter.Taken.IsCompleted);
            waiting.Remove(next);
            order.Add(next.Name);
            current = next.Turn;
        }
        Assert.Equal(["flood 0", "jack", "flood 1"], order.Take(3));
        Assert.Equal(0, turns.Waiting);
    }

    [Fact]
    public async Task AnAbandonedCaller_WaitsNoMore_AndTakesNobodysTurn()
    {
        var turns = new HandshakeTurns(1);
        var (a, gone, b) = (turns.For("a"), turns.For("a"), turns.For("b"));
        await a.TakeAsync();
        var abandoned = gone.TakeAsync();
        var waiting = b.TakeAsync();
        gone.Abandon();
        await abandoned;
        Assert.Equal(1, turns.Waiting);
        gone.Give();
        Assert.False(waiting.IsCompleted);
        a.Give();
        await waiting;
        await gone.TakeAsync(); // returns, with nothing in hand
        b.Give();
        await a.TakeAsync();
    }
}
