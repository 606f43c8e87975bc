using System.Net;
using Xunit;

namespace Burrow.Core.Tests;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.0/24", "10.1.2.255", true)]
    [InlineData("10.1.2.77/24", "10.1.2.1", true)]
    [InlineData("10.1.2.0/24", "10.1.3.0", false)]
    [InlineData("10/8", "10.255.0.1", true)]
    [InlineData("10/8", "11.0.0.1", false)]
    [InlineData("10.1/16", "10.1.9.9", true)]
    [InlineData("0/0", "203.0.113.9", true)]
    [InlineData("0/0", "::1", false)]
    [InlineData("10.1.2.*", "10.1.2.99", true)]
    [InlineData("10.1.2.*", "10.1.3.99", false)]
    [InlineData("10.1.*.*", "10.1.200.99", true)]
    [InlineData("10.*", "10.9.8.7", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("::1", "::1", true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.9.9.9", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.9.9.9", false)]
    public void EachForm_ContainsWhatItsTableSays(string range, string address, bool contained)
    {
        Assert.True(AddressRange.TryParse(range, out var parsed));
        Assert.Equal(contained, parsed.Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("10.1.2.3.4")]
    [InlineData("10.1.2.256")]
    [InlineData("10.01.2.3")]
    [InlineData("10.*.2.3")]
    [InlineData("10.1.2.*/24")]
    [InlineData("10.1.2.3/33")]
    [InlineData("10.1.2.3/-1")]
    [InlineData("10.1.2.3/")]
    [InlineData("10..2.3")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8:::1")]
    [InlineData("[::1]")]
    [InlineData("example.com")]
    [InlineData(" 10.1.2.3")]
    public void AnythingElse_IsNotUnderstood(string text) => Assert.False(AddressRange.TryParse(text, out _));

    [Theory]
    [InlineData("10/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("10.1.2.*", "10.1.2.0/24")]
    [InlineData("2001:DB8::1/32", "2001:db8::/32")]
    public void Text_IsTheUsualForm(string range, string text)
    {
        Assert.True(AddressRange.TryParse(range, out var parsed));
        Assert.Equal(text, parsed.ToString());
    }
}
