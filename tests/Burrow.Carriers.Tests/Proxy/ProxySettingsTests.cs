using Burrow.Carriers.Proxy;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Proxy;

public sealed class ProxySettingsTests
{
    static readonly Target Jenny = new("jenny.example", 7000);

    [Theory]
    [InlineData("http://proxy:3128", ProxyKind.Http, "proxy", 3128, null, null)]
    [InlineData("proxy", ProxyKind.Http, "proxy", 80, null, null)]
    [InlineData("proxy:3128/", ProxyKind.Http, "proxy", 3128, null, null)]
    [InlineData("socks5://[::1]", ProxyKind.Socks5, "::1", 1080, null, null)]
    [InlineData("socks5h://10.0.0.1:9050", ProxyKind.Socks5, "10.0.0.1", 9050, null, null)]
    [InlineData("socks4a://me@proxy", ProxyKind.Socks4a, "proxy", 1080, "me", "")]
    [InlineData("http://al%20ice:p:w@/%41%25@proxy:3128/", ProxyKind.Http, "proxy", 3128, "al ice", "p:w@/A%")]
    [InlineData("http://%C3%A4:%C3%B6@proxy", ProxyKind.Http, "proxy", 80, "ä", "ö")]
    public void Url_IsRead(string url, ProxyKind kind, string host, int port, string? user, string? password)
    {
        Assert.True(ProxyServer.TryParse(url, out var proxy, out var error), error);
        Assert.Equal(new ProxyServer(kind, new Target(host, port), user is null ? null : new ProxyCredentials(user, password!)), proxy);
    }

    [Theory]
    [InlineData("https://proxy")]
    [InlineData("http://proxy/path")]
    [InlineData("http://proxy:0")]
    [InlineData("http://proxy:66000")]
    [InlineData("http://::1:3128")]
    [InlineData("http://")]
    [InlineData("http://:pw@proxy")]
    [InlineData("http://a%0d%0a:pw@proxy")]
    [InlineData("http://pro xy")]
    public void Url_ThatIsNone_IsRefused_WithoutItsPassword(string url)
    {
        Assert.False(ProxyServer.TryParse(url, out _, out var error));
        Assert.DoesNotContain("pw", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Password_IsNeverShown()
    {
        Assert.True(ProxyServer.TryParse("http://alice:secret@proxy:1", out var proxy, out _));
        Assert.DoesNotContain("secret", $"{proxy} {proxy.Credentials}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https", "https_proxy=http://s,http_proxy=http://p,all_proxy=http://a", "s")]
    [InlineData("tcp", "https_proxy=http://s,http_proxy=http://p,all_proxy=http://a", "a")]
    [InlineData("tcp", "https_proxy=http://s,http_proxy=http://p", null)]
    [InlineData("tcp", "HTTPS_PROXY=http://s", null)]
    [InlineData("http", "https_proxy=http://s,http_proxy=http://p,all_proxy=http://a", "p")]
    [InlineData("tcp", "all_proxy=socks5://a", "a")]
    [InlineData("ws", "ALL_PROXY=socks5://a", "a")]
    [InlineData("http", "HTTP_PROXY=http://never", null)]
    [InlineData("wss", "HTTPS_PROXY=http://s", "s")]
    [InlineData("wss", "https_proxy=http://s,no_proxy=example", null)]
    [InlineData("wss", "https_proxy=http://s,no_proxy=*", null)]
    [InlineData("wss", "https_proxy=http://s,no_proxy=.example", null)]
    [InlineData("wss", "https_proxy=http://s,no_proxy=*.example:7000", null)]
    [InlineData("wss", "https_proxy=http://s,no_proxy=jenny.example:7001 ample", "s")]
    [InlineData("tcp", "", null)]
    public void Environment_ChoosesAsEverybodyDoes(string scheme, string variables, string? proxy)
    {
        var environment = variables.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1], StringComparer.Ordinal);
        var settings = ProxySettings.FromEnvironment(out var mistake, name => environment.GetValueOrDefault(name));
        Assert.Null(mistake);
        Assert.Equal(proxy, settings.For(scheme, Jenny)?.Address.Host);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.0.0.0/8", true)]
    [InlineData("10.1.2.3", "11.0.0.0/8,10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.3:7001", false)]
    [InlineData("2001:db8::1", "[2001:db8::1]:7000", true)]
    [InlineData("2001:db8::1", "2001:db8::/32", true)]
    [InlineData("127.0.0.1", "", true)]
    [InlineData("::1", "", true)]
    [InlineData("localhost", "", true)]
    [InlineData("jenny", "nny", false)]
    public void NoProxy_TakesHostsOut(string host, string list, bool matches) => Assert.Equal(matches, new NoProxyList(list.Replace(',', ' ')).Matches(new Target(host, 7000)));

    [Fact]
    public void Environment_WithAMistake_SaysWhere()
    {
        var settings = ProxySettings.FromEnvironment(out var mistake, name => name == "https_proxy" ? "gopher://x" : null);
        Assert.Equal("https_proxy", mistake);
        Assert.Null(settings.For("https", Jenny));
    }

    [Theory]
    [InlineData("X-Site: 7", "X-Site", "7")]
    [InlineData("X-Empty:", "X-Empty", "")]
    public void Header_IsRead(string text, string name, string value)
    {
        Assert.True(ProxySettings.TryParseHeader(text, out var header, out var error), error);
        Assert.Equal(new KeyValuePair<string, string>(name, value), header);
    }

    [Theory]
    [InlineData("X-Site")]
    [InlineData(": x")]
    [InlineData("X Site: 7")]
    [InlineData("X: a\r\nY: b")]
    [InlineData("Content-Length: 7")]
    [InlineData("content-type: text/plain")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Connection: close")]
    public void Header_ThatCouldBeAnother_IsRefused(string text) => Assert.False(ProxySettings.TryParseHeader(text, out _, out _));
}
