using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests;

public sealed class AllowListTests
{
    static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.7"), 50000);

    static AllowList Parse(params string[] entries)
    {
        Assert.True(AllowList.TryParse(entries, out var list, out var mistake), mistake);
        return list;
    }

    static Resolver Names(params (string Name, string Address)[] known) => (host, _) =>
    {
        var addresses = known.Where(k => k.Name == host).Select(k => IPAddress.Parse(k.Address)).ToArray();
        return addresses.Length > 0 ? Task.FromResult(addresses) : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    };

    [Fact]
    public async Task NoList_AllowsEverybody() => Assert.True(await AllowList.Everybody.AllowsAsync(Client, TimeProvider.System));

    [Fact]
    public async Task EmptyList_AllowsNobody() => Assert.False(await Parse().AllowsAsync(Client, TimeProvider.System));

    [Fact]
    public async Task Range_Matches_WithoutAskingForNames()
    {
        var list = Parse("192.0.2.0/24", "office.example");
        Assert.True(await list.AllowsAsync(Client, TimeProvider.System, (_, _) => throw new InvalidOperationException("Nobody should ask.")));
    }

    [Fact]
    public async Task Name_Matches_ByAnyOfItsAddresses()
    {
        var resolve = Names(("office.example", "2001:db8::1"), ("office.example", "::ffff:192.0.2.7"));
        Assert.True(await Parse("office.example").AllowsAsync(Client, TimeProvider.System, resolve));
        Assert.False(await Parse("office.example").AllowsAsync(new IPEndPoint(IPAddress.Parse("192.0.2.8"), 1), TimeProvider.System, resolve));
    }

    [Fact]
    public async Task UnknownName_MatchesNobody_AndTheOthersStillCount()
    {
        var resolve = Names(("office.example", "192.0.2.7"));
        Assert.True(await Parse("gone.example", "office.example").AllowsAsync(Client, TimeProvider.System, resolve));
        Assert.False(await Parse("gone.example").AllowsAsync(Client, TimeProvider.System, resolve));
    }

    [Fact]
    public async Task SlowName_MatchesNobodyAfterTheTimeLimit()
    {
        var clock = new ManualClock();
        var allowed = Parse("slow.example").AllowsAsync(Client, clock, (_, stop) => new TaskCompletionSource<IPAddress[]>().Task).AsTask();
        Assert.False(allowed.IsCompleted);
        clock.Advance(AllowList.ResolveTimeout);
        Assert.False(await allowed);
    }

    [Fact]
    public async Task ClientWithoutAddress_IsAllowedOnlyWhereEverybodyIs()
    {
        Assert.False(await Parse("0/0").AllowsAsync(null, TimeProvider.System));
        Assert.True(await AllowList.Everybody.AllowsAsync(null, TimeProvider.System));
    }

    [Theory]
    [InlineData("10.1.2.3.4")]
    [InlineData("*.example.com")]
    [InlineData("host name")]
    [InlineData("-x.example")]
    [InlineData("")]
    [InlineData("10.1.2.3/40")]
    public void Mistake_IsNamed(string entry)
    {
        Assert.False(AllowList.TryParse(["10.0.0.1", entry], out _, out var mistake));
        Assert.Equal(entry, mistake);
    }
}
