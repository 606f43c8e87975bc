using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Jack behind a firewall that lets nothing out but a proxy: a real Squid, with every way of asking for a password.</summary>
public sealed class UpstreamProxyTests : TunnelTest
{
    const string ProxyAddress = $"{NetworkLab.GatewayAddress}:3128";

    async Task<string> PasswordFileAsync(string password)
    {
        var file = Path.Combine(Lab.Folder, "proxy-password");
        await File.WriteAllTextAsync(file, password + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    [Theory, Trait("Promise", "R-ERL-24"), Trait("Promise", "R-ERL-10")]
    [InlineData(ProxyPassword.None)]
    [InlineData(ProxyPassword.Basic)]
    [InlineData(ProxyPassword.Digest)]
    [InlineData(ProxyPassword.Ntlm)]
    public async Task Jack_ThroughSquid_CarriesAMapAndComesBackAfterACut(ProxyPassword kind)
    {
        var squid = await Squid.StartAsync(Lab, kind);
        await Squid.OnlyWayOutAsync(Lab);
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        var user = kind == ProxyPassword.None ? "" : $"{Squid.User}@";
        string[] password = kind == ProxyPassword.None ? [] : ["--proxy-password-file", await PasswordFileAsync(Squid.Password)];
        StartJack(["--proxy", $"http://{user}{ProxyAddress}", .. password, "--user-agent", "Mozilla/5.0 lab", "--header", "X-Site: 7", "-L", Forward]);
        using var client = await DialJackAsync();
        await client.EchoAsync("through the proxy");
        await Jack.WaitForLineAsync("is up by tcp through http://10.77.1.1:3128");
        await Lab.Firewall.ResetConnectionsAsync();
        await client.EchoAsync("and again", seconds: 20);
        await Jack.WaitForLineAsync("resumed by tcp through");
        Assert.DoesNotContain("p:w", Jack.Output, StringComparison.Ordinal);

        var log = await squid.LogAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', log));
        Assert.Contains(log, line => line.Contains("CONNECT 10.77.2.2:7000", StringComparison.Ordinal) && line.Contains("/200", StringComparison.Ordinal));
        // Basic goes with the first request; a refusal comes first only where its answer is needed.
        if (kind is ProxyPassword.None or ProxyPassword.Basic) Assert.DoesNotContain(log, line => line.Contains("/407", StringComparison.Ordinal));
    }

    [Fact, Trait("Promise", "R-ERL-24")]
    public async Task WrongPassword_EndsJack_WithOneLine()
    {
        await Squid.StartAsync(Lab, ProxyPassword.Basic);
        StartJenny();
        var file = await PasswordFileAsync("wrong");
        StartJack("--proxy", $"http://{Squid.User}@{ProxyAddress}", "--proxy-password-file", file, "-L", Forward);
        Assert.Equal(3, await Jack.WaitForExitAsync());
        Assert.Contains("answered 407 Proxy Authentication Required", Jack.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", Jack.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Environment_NamesTheProxy_AndNoProxyTakesHostsOut()
    {
        var squid = await Squid.StartAsync(Lab);
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        var through = Lab.Client.Start(["env", $"all_proxy=http://{ProxyAddress}", "https_proxy=http://10.77.1.99:1", BurrowProgram.Path, "jack", JennyUrl, "--secret-file", Secret, "-L", Forward], Home("one"));
        await through.WaitForLineAsync("is up by tcp through http://10.77.1.1:3128");
        var around = Lab.Client.Start(["env", $"all_proxy=http://{ProxyAddress}", "no_proxy=10.77.2.0/24", BurrowProgram.Path, "jack", JennyUrl, "--secret-file", Secret, "-L", "9001:127.0.0.1:7070"], Home("two"));
        await around.WaitForLineAsync(@"is up by tcp \(");
        var told = Lab.Client.Start(["env", $"all_proxy=http://{ProxyAddress}", BurrowProgram.Path, "jack", JennyUrl, "--proxy", "none", "--secret-file", Secret, "-L", "9002:127.0.0.1:7070"], Home("three"));
        await told.WaitForLineAsync(@"is up by tcp \(");
        // The proxies of web pages are for web pages.
        var plain = Lab.Client.Start(["env", "https_proxy=http://10.77.1.99:1", "http_proxy=http://10.77.1.99:1", BurrowProgram.Path, "jack", JennyUrl, "--secret-file", Secret, "-L", "9003:127.0.0.1:7070"], Home("four"));
        await plain.WaitForLineAsync(@"is up by tcp \(");
    }

    [Theory]
    [InlineData("socks5")]
    [InlineData("socks4")]
    public async Task Jack_ThroughASocksProxy_WhichIsAnotherBurrow_CarriesAMap(string scheme)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        StartJack("-D", "1080");
        await Jack.WaitForLineAsync("socks:localhost:1080 => any: listening");
        var inner = Lab.Client.StartBurrow("inner", "jack", JennyUrl, "--proxy", $"{scheme}://127.0.0.1:1080", "--secret-file", Secret, "-L", Forward);
        await inner.WaitForLineAsync($"is up by tcp through {scheme}://127.0.0.1:1080");
        using var client = await DialJackAsync();
        await client.EchoAsync("a tunnel in a tunnel");
    }

    Dictionary<string, string> Home(string user)
    {
        var home = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, user)).FullName;
        return new() { ["HOME"] = home, ["XDG_CONFIG_HOME"] = home, ["XDG_RUNTIME_DIR"] = home, ["XDG_STATE_HOME"] = home };
    }
}
