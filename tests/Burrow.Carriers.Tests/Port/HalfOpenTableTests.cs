using Burrow.Carriers.Port;
using Xunit;

namespace Burrow.Carriers.Tests.Port;

public sealed class HalfOpenTableTests
{
    static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void Flood_FromOneGroup_DisplacesOnlyItself()
    {
        var table = new HalfOpenTable(512, Deadline);
        var jack = table.Add("jack", Start, out _);
        for (var i = 0; i < 2000; i++)
        {
            table.Add("flood", Start, out var evicted);
            Assert.NotEqual(jack, evicted);
        }
        Assert.Equal(512, table.Count);
        table.Add("another jack", Start, out var gone);
        Assert.NotEqual(jack, gone);
    }

    [Fact]
    public void Eviction_AmongEqualGroups_TakesTheOldest()
    {
        var table = new HalfOpenTable(3, Deadline);
        var a = table.Add("a", Start, out _);
        var b = table.Add("b", Start, out _);
        table.Add("c", Start, out _);
        table.Add("d", Start, out var first);
        table.Add("e", Start, out var second);
        Assert.Equal((a, b), (first, second));
    }

    [Fact]
    public void Eviction_InTheLargestGroup_TakesItsOldestThatIsLeft()
    {
        var table = new HalfOpenTable(3, Deadline);
        var first = table.Add("a", Start, out _);
        var second = table.Add("a", Start, out _);
        table.Add("b", Start, out _);
        table.Remove(first);
        table.Add("a", Start, out _);
        table.Add("c", Start, out var evicted);
        Assert.Equal(second, evicted);
    }

    [Fact]
    public void Overdue_AreTakenInOrderAndOnce()
    {
        var table = new HalfOpenTable(10, Deadline);
        var a = table.Add("a", Start, out _);
        var b = table.Add("b", Start.AddSeconds(1), out _);
        Assert.Equal(Start + Deadline, table.NextDeadline);
        Assert.False(table.TryTakeOverdue(Start.AddSeconds(9), out _));
        Assert.True(table.TryTakeOverdue(Start.AddSeconds(11), out var id));
        Assert.Equal(a, id);
        Assert.True(table.TryTakeOverdue(Start.AddSeconds(11), out id));
        Assert.Equal(b, id);
        Assert.False(table.TryTakeOverdue(Start.AddSeconds(99), out _));
        table.Remove(a);
        Assert.Equal((0, null), (table.Count, table.NextDeadline));
    }
}
