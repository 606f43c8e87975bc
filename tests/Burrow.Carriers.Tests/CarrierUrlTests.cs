using Xunit;

namespace Burrow.Carriers.Tests;

public sealed class CarrierUrlTests
{
    [Theory]
    [InlineData("tcp://example.org:80", "tcp://example.org:80")]
    [InlineData("tcp://example.org:80/", "tcp://example.org:80")]
    [InlineData("TCP://example.org", "tcp://example.org:7000")]
    [InlineData("example.org:80", "tcp://example.org:80")]
    [InlineData("example.org", "tcp://example.org:7000")]
    [InlineData("10.1.2.3:0", "tcp://10.1.2.3:0")]
    [InlineData("[2001:db8::1]", "tcp://[2001:db8::1]:7000")]
    [InlineData("tcp://[::1]:1", "tcp://[::1]:1")]
    [InlineData(":7001", "tcp://:7001")]
    [InlineData("*:7001", "tcp://*:7001")]
    [InlineData("http://example.org", "http://example.org:80/")]
    [InlineData("https://example.org/deep/down", "https://example.org:443/deep/down/")]
    [InlineData("wss://[::1]:8443/", "wss://[::1]:8443/")]
    [InlineData("WS://10.1.2.3:81/%20x/", "ws://10.1.2.3:81/%20x/")]
    [InlineData("unix:/run/x", "unix:/run/x")]
    [InlineData("unix:///run/x", "unix:/run/x")]
    [InlineData("unix:rel/x", "unix:rel/x")]
    public void TryParse_ReadsEveryForm(string text, string expected)
    {
        Assert.True(CarrierUrl.TryParse(text, out var url, out var error), error);
        Assert.Equal(expected, url.ToString());
    }

    [Theory]
    [InlineData("", "column 1: a host and port were expected")]
    [InlineData("tcp://", "column 7: a host and port were expected")]
    [InlineData("tcp://a:b", "column 9: a port from 0 to 65535 was expected, not \"b\"")]
    [InlineData("a:65536", "column 3: a port from 0 to 65535 was expected, not \"65536\"")]
    [InlineData("a:", "column 3: a port from 0 to 65535 was expected, not \"\"")]
    [InlineData("tcp://::1:80", "column 7: an IPv6 address stands in brackets: [2001:db8::1]:7000")]
    [InlineData("tcp://[::1", "column 11: \"]\" was expected")]
    [InlineData("tcp://[1.2.3.4]:1", "column 8: an IPv6 address was expected, not \"1.2.3.4\"")]
    [InlineData("[::1]80", "column 6: \":\" and a port were expected")]
    [InlineData("tcp://a b:1", "column 8: a host name or address was expected, which has no \" \"")]
    [InlineData("10.1.2.3.4:22", "column 1: an IPv4 address has four numbers from 0 to 255, unlike \"10.1.2.3.4\"")]
    [InlineData("10.1.2.300:22", "column 1: an IPv4 address has four numbers from 0 to 255, unlike \"10.1.2.300\"")]
    [InlineData("ftp://a", "column 1: \"ftp\" is no carrier; available are tcp, unix, http, https, ws, wss")]
    [InlineData("https://a/b?c", "column 12: the prefix of a path was expected, which has no \"?\"")]
    [InlineData("tor+tcp://a", "column 1: the carrier \"tor+tcp\" is not available in this version; available are tcp, unix, http, https, ws, wss")]
    [InlineData("exec:cat", "column 1: the carrier \"exec\" is not available in this version; available are tcp, unix, http, https, ws, wss")]
    [InlineData("unix:", "column 6: a path after \"unix:\" was expected")]
    public void TryParse_OfAnythingElse_SaysWhereAndWhatWasExpected(string text, string expected)
    {
        Assert.False(CarrierUrl.TryParse(text, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Ways_OfHttp_AreAllBestFirst_AndOfOthersOne()
    {
        Assert.Equal(["http://a:80/ (ws)", "http://a:80/ (http)", "http://a:80/ (cycles)"], CarrierUrl.Parse("http://a").Ways(null).Select(way => way.ToString()));
        Assert.Equal(["https://a:443/ (cycles)"], CarrierUrl.Parse("https://a").Ways(Burrow.Carriers.Http.Client.WebWay.Cycles).Select(way => way.ToString()));
        Assert.Equal(["wss://a:443/"], CarrierUrl.Parse("wss://a").Ways(Burrow.Carriers.Http.Client.WebWay.Cycles).Select(way => way.ToString()));
        Assert.Equal(["tcp://a:7000"], CarrierUrl.Parse("tcp://a").Ways(null).Select(way => way.ToString()));
    }
}
