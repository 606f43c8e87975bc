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
        var jack = table.Add("net of jack", "jack", Start, out _);
        for (var i = 0; i < 2000; i++)
        {
            table.Add("net of flood", "flood", Start, out var evicted);
            Assert.NotEqual(jack, evicted);
        }
        Assert.Equal(129, table.Count);
        table.Add("net of another jack", "another jack", Start, out var gone);
        Assert.NotEqual(jack, gone);
    }

    [Fact]
    public void Eviction_AmongEqualGroups_TakesTheOldest()
    {
        var table = new HalfOpenTable(3, Deadline);
        var a = table.Add("net of a", "a", Start, out _);
        var b = table.Add("net of b", "b", Start, out _);
        table.Add("net of c", "c", Start, out _);
        table.Add("net of d", "d", Start, out var first);
        table.Add("net of e", "e", Start, out var second);
        Assert.Equal((a, b), (first, second));
    }

    [Fact]
    public void Eviction_InTheLargestGroup_TakesItsOldestThatIsLeft()
    {
        var table = new HalfOpenTable(8, Deadline);
        var first = table.Add("net of a", "a", Start, out _);
        var second = table.Add("net of a", "a", Start, out _);
        foreach (var other in "bcdefg") table.Add($"net of {other}", $"{other}", Start, out _);
        table.Remove(first);
        table.Add("net of a", "a", Start, out _);
        table.Add("net of h", "h", Start, out var evicted);
        Assert.Equal(second, evicted);
    }

    [Fact]
    public void OneAddress_GetsAQuarterOfThePlaces_AndOneNetworkHalf()
    {
        var table = new HalfOpenTable(16, Deadline);
        var first = table.Add("net", "a", Start, out _);
        for (var i = 1; i < 4; i++) table.Add("net", "a", Start, out _);
        table.Add("net", "a", Start, out var ofAddress);
        Assert.Equal(first, ofAddress);
        for (var i = 0; i < 4; i++)
        {
            table.Add("net", $"neighbour {i}", Start, out var none);
            Assert.Null(none);
        }
        table.Add("net", "neighbour 4", Start, out var ofNetwork);
        Assert.Equal(first + 1, ofNetwork);
        Assert.Equal(8, table.Count);
    }

    [Fact]
    public void Flood_FromEveryAddressOfANetwork_DisplacesOnlyItself()
    {
        var table = new HalfOpenTable(512, Deadline);
        var jack = table.Add("home", "jack", Start, out _);
        for (var i = 0; i < 5000; i++)
        {
            table.Add("flood", $"address {i}", Start, out var evicted);
            Assert.NotEqual(jack, evicted);
        }
        Assert.Equal(257, table.Count);
    }

    [Fact]
    public void Overdue_AreTakenInOrderAndOnce()
    {
        var table = new HalfOpenTable(10, Deadline);
        var a = table.Add("net of a", "a", Start, out _);
        var b = table.Add("net of b", "b", Start.AddSeconds(1), out _);
        Assert.False(table.TryTakeOverdue(Start.AddSeconds(9), out _));
        Assert.True(table.TryTakeOverdue(Start.AddSeconds(11), out var id));
        Assert.Equal(a, id);
        Assert.True(table.TryTakeOverdue(Start.AddSeconds(11), out id));
        Assert.Equal(b, id);
        Assert.False(table.TryTakeOverdue(Start.AddSeconds(99), out _));
        table.Remove(a);
        Assert.Equal(0, table.Count);
    }
}
