using System.Diagnostics;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A person behind a firewall that lets nothing out but a real Squid, which passes plain HTTP alone, and perhaps wants a password: <c>-D</c> works as on an open network.</summary>
public sealed class BehindAWebProxyTests : TunnelTest
{
    const string WebUrl = $"http://{NetworkLab.ServerAddress}/";
    const string Page = "http://server.lab:8080/page";
    const string Text = "the page";

    async Task<string> PasswordFileAsync(string password)
    {
        var file = Path.Combine(Lab.Folder, "proxy-password");
        await File.WriteAllTextAsync(file, password + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    async Task<Squid> StartSquidAsync(ProxyPassword password, WebRules rules)
    {
        var squid = await Squid.StartAsync(Lab, password, rules);
        await Squid.OnlyWayOutAsync(Lab);
        return squid;
    }

    async Task BrowseAsync()
    {
        await Jack.WaitForLineAsync("socks:localhost:1080 => any: listening");
        foreach (var option in (string[])["--socks5-hostname", "--socks4a", "--proxy"])
        {
            var curl = Lab.Client.Start(["curl", "-sS", "-m", "40", option, "127.0.0.1:1080", Page]);
            Assert.Equal((0, Text), (await curl.WaitForExitAsync(60), curl.Output));
        }
    }

    [Theory, Trait("Promise", "R-ERL-01"), Trait("Promise", "R-ERL-02"), Trait("Promise", "R-ERL-08"), Trait("Promise", "R-ERL-09"), Trait("Promise", "R-ERL-24")]
    [InlineData(ProxyPassword.None, WebRules.Open, "http")]
    [InlineData(ProxyPassword.None, WebRules.Strict, "cycles")]
    [InlineData(ProxyPassword.Basic, WebRules.Upgrade, "ws")]
    [InlineData(ProxyPassword.Basic, WebRules.Open, "http")]
    [InlineData(ProxyPassword.Basic, WebRules.Strict, "cycles")]
    [InlineData(ProxyPassword.Digest, WebRules.Open, "http")]
    [InlineData(ProxyPassword.Digest, WebRules.Strict, "cycles")]
    public async Task Browsing_ThroughAProxyThatPassesPlainHttp_Works(ProxyPassword password, WebRules rules, string way)
    {
        var squid = await StartSquidAsync(password, rules);
        await using var web = HttpFiles.Serve(Lab.Server, 8080, Text, "0.0.0.0");
        StartJenny("--listen", "tcp://*:80");
        string[] credentials = password == ProxyPassword.None ? [] : ["--proxy-password-file", await PasswordFileAsync(Squid.Password)];
        var user = password == ProxyPassword.None ? "" : $"{Squid.User}@";
        StartJackBy(WebUrl, ["--proxy", $"http://{user}{NetworkLab.GatewayAddress}:{Squid.Port}", .. credentials, "-D", "1080"]);
        await BrowseAsync();
        await Jack.WaitForLineAsync($"(is up|resumed) by {way} through {Squid.Url}");
        // What failed on the way there is said once, with its reason.
        if (way != "ws") await Jack.WaitForLineAsync($@"info: {WebUrl.Replace("2.2/", "2.2:80/", StringComparison.Ordinal)} \(ws\) does not work here: .*Upgrade header was removed");
        Assert.DoesNotContain("p:w", Jack.Output, StringComparison.Ordinal);

        var log = await squid.LogAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', log));
        Assert.DoesNotContain(log, line => line.Contains("CONNECT", StringComparison.Ordinal));
        if (password == ProxyPassword.Basic) Assert.DoesNotContain(log, line => line.Contains("/407", StringComparison.Ordinal));
    }

    [Fact, Trait("Promise", "R-ERL-09"), Trait("Promise", "R-ERL-10")]
    public async Task ProxyOfOneBrowserAlone_RefusesJack_UntilHeSaysWhatItWantsToHear()
    {
        await StartSquidAsync(ProxyPassword.None, WebRules.HouseBrowser);
        await using var web = HttpFiles.Serve(Lab.Server, 8080, Text, "0.0.0.0");
        StartJenny("--listen", "tcp://*:80");
        var refused = StartJackBy(WebUrl, "--proxy", Squid.Url, "-D", "1080");
        await refused.WaitForLineAsync("cannot reach .* answered 403 Forbidden");
        Assert.DoesNotContain("<html", refused.Output, StringComparison.OrdinalIgnoreCase);
        await refused.EndAsync(Posix.SigTerm);
        StartJackBy(WebUrl, "--proxy", Squid.Url, "--user-agent", "HouseBrowser/3.1", "--header", "X-Site: 7", "-D", "1080");
        await BrowseAsync();
    }

    [Fact, Trait("Promise", "R-ERL-24")]
    public async Task Password_InTheUrl_MayHaveAnyCharacters_AndIsSaidToBeVisible()
    {
        await StartSquidAsync(ProxyPassword.Basic, WebRules.Open);
        await using var web = HttpFiles.Serve(Lab.Server, 8080, Text, "0.0.0.0");
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, "--proxy", $"http://{Squid.User}:{Uri.EscapeDataString(Squid.Password)}@{NetworkLab.GatewayAddress}:{Squid.Port}", "-D", "1080");
        await Jack.WaitForLineAsync("password stands on the command line");
        await BrowseAsync();
        Assert.DoesNotContain("p%3Aw", Jack.Output, StringComparison.Ordinal);
    }

    [Fact, Trait("Promise", "R-ERL-24")]
    public async Task WrongPassword_EndsJack_WithOneLineForEachWay()
    {
        await StartSquidAsync(ProxyPassword.Basic, WebRules.Open);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, "--proxy", $"http://{Squid.User}@{NetworkLab.GatewayAddress}:{Squid.Port}", "--proxy-password-file", await PasswordFileAsync("wrong"), "-D", "1080");
        Assert.Equal(3, await Jack.WaitForExitAsync(30));
        Assert.Contains("answered 407 Proxy Authentication Required", Jack.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("<html", Jack.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ABetterWay_ThatBeginsToWork_IsTaken()
    {
        var squid = await StartSquidAsync(ProxyPassword.None, WebRules.Open);
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, "--proxy", Squid.Url, "-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("without Upgrade", seconds: 40);
        await Jack.WaitForLineAsync("(is up|resumed) by (http|cycles)");
        await squid.RestartAsync(TimeSpan.FromSeconds(1), WebRules.Upgrade);
        await Jack.WaitForLineAsync("resumed by ws", seconds: 60);
        await client.EchoAsync("with Upgrade", seconds: 40);
    }

    [Fact]
    public async Task WhatWorkedInThisNetwork_IsBegunWith_TheNextTime_AndTheOthersAreTriedAgain()
    {
        await StartSquidAsync(ProxyPassword.None, WebRules.Strict);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, "--proxy", Squid.Url, "-L", Forward);
        await Jack.WaitForLineAsync("(is up|resumed) by cycles", seconds: 60);
        await Jack.EndAsync(Posix.SigTerm);
        var again = StartJackBy(WebUrl, "--proxy", Squid.Url, "-L", Forward);
        await again.WaitForLineAsync($"info: {WebUrl.Replace("2.2/", "2.2:80/", StringComparison.Ordinal)} \\(cycles\\) through {Squid.Url} worked the last time in this network");
        await again.WaitForLineAsync("(is up|resumed) by cycles", seconds: 60);
        await again.WaitForLineAsync(@"\(ws\) does not work here: .*Upgrade header was removed", seconds: 60);
        await again.EndAsync(Posix.SigTerm);
        var other = StartJackBy(WebUrl, "--proxy", Squid.Url, "--carrier", "cycles", "-L", Forward);
        await other.WaitForLineAsync("is up by cycles", seconds: 60);
        Assert.DoesNotContain("the last time", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TcpIsCut_TheSessionGoesOnByHttp_AndComesBack()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:7000", "--listen", "tcp://*:80");
        StartJack(WebUrl, "-L", Forward);
        await Jack.WaitForLineAsync(@"(is up|resumed) by tcp \(");
        using var client = await DialJackAsync();
        await client.EchoAsync("by tcp");

        var watch = Stopwatch.StartNew();
        foreach (var end in (string[])["dport", "sport"]) await FirewallAsync($"insert rule inet lab through tcp {end} 7000 reject with tcp reset");
        await client.EchoAsync("by ws", seconds: 30);
        Console.WriteLine($"tcp cut: the next echo, by HTTP, came after {watch.Elapsed.TotalSeconds:0.00} s (wanted: under 1.5 s)");
        await Jack.WaitForLineAsync("resumed by (ws|http|cycles)");
        await FirewallAsync("flush chain inet lab through");
        await Jack.WaitForLineAsync(@"resumed by tcp \(", seconds: 60);
        await client.EchoAsync("by tcp again");
        // The cut may be told; that the session moved home is no loss.
        Assert.InRange(Jenny.Lines.Count(line => line.Contains("connections are frozen", StringComparison.Ordinal)), 0, 1);
    }

    Task<string> FirewallAsync(string rule) => Lab.FirewallHost.RunAsync(["nft", .. rule.Split(' ')]);

    [Fact]
    public async Task Environment_NamesTheProxyOfPlainHttp_AndNoProxyTakesHostsOut()
    {
        await Squid.StartAsync(Lab);
        StartJenny("--listen", "tcp://*:80");
        var through = StartWith([$"http_proxy={Squid.Url}", "https_proxy=http://10.77.1.99:1"], "one", "9001");
        await through.WaitForLineAsync($"is up by (ws|http|cycles) through {Squid.Url}");
        var around = StartWith([$"http_proxy={Squid.Url}", "no_proxy=example.org,10.77.2.0/24"], "two", "9002");
        await around.WaitForLineAsync(@"is up by ws \(");
        var all = StartWith([$"all_proxy={Squid.Url}"], "three", "9003");
        await all.WaitForLineAsync($"is up by (ws|http|cycles) through {Squid.Url}");
    }

    LabProcess StartWith(string[] environment, string user, string port)
    {
        var home = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, user)).FullName;
        return Lab.Client.Start(
            ["env", .. environment, BurrowProgram.Path, "jack", WebUrl, "--secret-file", Secret, "-L", $"{port}:127.0.0.1:7070"],
            new Dictionary<string, string> { ["HOME"] = home, ["XDG_CONFIG_HOME"] = home, ["XDG_RUNTIME_DIR"] = home, ["XDG_STATE_HOME"] = home });
    }
}
