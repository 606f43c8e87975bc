using System.Net;
using Xunit;

namespace Burrow.Core.Tests;

public sealed class PermitTests
{
    static Permit Parse(params string[] entries)
    {
        Assert.True(Permit.TryParse(entries, out var permit, out var mistake), mistake);
        return permit;
    }

    [Theory]
    [InlineData("any", "10.1.2.3", 22, true)]
    [InlineData("none", "10.1.2.3", 22, false)]
    [InlineData("db.example.com:5432", "10.1.2.3", 5432, false)]
    [InlineData("*:443", "10.1.2.3", 443, true)]
    [InlineData("*:443", "2001:db8::1", 443, true)]
    [InlineData("*:443", "10.1.2.3", 80, false)]
    [InlineData("10.0.0.0/8:22", "10.1.2.3", 22, true)]
    [InlineData("10/8:22", "10.1.2.3", 22, true)]
    [InlineData("10.0.0.0/8:22", "::ffff:10.1.2.3", 22, true)]
    [InlineData("10.0.0.0/8:22", "11.1.2.3", 22, false)]
    [InlineData("[2001:db8::/32]:22", "2001:db8::1", 22, true)]
    [InlineData("[2001:db8::/32]:22", "2001:db9::1", 22, false)]
    [InlineData("[::1]:8080-8090", "::1", 8085, true)]
    [InlineData("[::1]:8080-8090", "::1", 8091, false)]
    [InlineData("127.0.0.1:*", "127.0.0.1", 0, true)]
    [InlineData("127.0.0.1:*", "127.0.0.1", 65535, true)]
    [InlineData("0/0:*", "::1", 1, false)]
    public void Addresses_AreJudgedAsTheTableSays(string entry, string address, int port, bool permitted) =>
        Assert.Equal(permitted, Parse(entry).Matches(IPAddress.Parse(address), port));

    [Theory]
    [InlineData("any", "db.example.com", 5432, true)]
    [InlineData("db.example.com:5432", "db.example.com", 5432, true)]
    [InlineData("db.example.com:5432", "DB.Example.com.", 5432, true)]
    [InlineData("db.example.com:5432", "db.example.com", 5433, false)]
    [InlineData("db.example.com:5432", "xdb.example.com", 5432, false)]
    [InlineData("*:443", "anything.example", 443, true)]
    [InlineData("10.0.0.0/8:22", "ten.example", 22, false)]
    [InlineData("localhost:*", "localhost", 1234, true)]
    [InlineData("none", "localhost", 1234, false)]
    public void Names_AreJudgedAsTheTableSays(string entry, string name, int port, bool permitted) =>
        Assert.Equal(permitted, Parse(entry).MatchesName(name, port));

    [Theory]
    [InlineData("10.0.0.0/8:22", "ten.example", 22, true)]
    [InlineData("10.0.0.0/8:22", "ten.example", 23, false)]
    [InlineData("10.0.0.0/8:22", "10.0.0.1", 22, true)]
    [InlineData("10.0.0.0/8:22", "192.0.2.1", 22, false)]
    [InlineData("db.example:5432", "other.example", 5432, false)]
    public void MayMatch_TellsWhetherResolvingIsOfAnyUse(string entry, string host, int port, bool may) => Assert.Equal(may, Parse(entry).MayMatch(host, port));

    [Fact]
    public void List_PermitsWhatOneOfItsEntriesPermits()
    {
        var permit = Parse("none", "127.0.0.1:22", "db.example:5432");
        Assert.True(permit.Matches(IPAddress.Loopback, 22));
        Assert.True(permit.MatchesName("db.example", 5432));
        Assert.False(permit.Matches(IPAddress.Loopback, 5432));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1")]
    [InlineData(":22")]
    [InlineData("10.0.0.1:")]
    [InlineData("10.0.0.1:65536")]
    [InlineData("10.0.0.1:90-80")]
    [InlineData("10.0.0.1:1-2-3")]
    [InlineData("10.0.0.1:ssh")]
    [InlineData("10.1.2.3.4:22")]
    [InlineData("::1:22")]
    [InlineData("[::1:22")]
    [InlineData("[10.0.0.1]:22")]
    [InlineData("*.example.com:22")]
    [InlineData("[]:22")]
    public void Mistake_IsNamed(string entry)
    {
        Assert.False(Permit.TryParse(["any", entry], out _, out var mistake));
        Assert.Equal(entry, mistake);
    }
}
