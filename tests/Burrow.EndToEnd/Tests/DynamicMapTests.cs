using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary><c>-D</c> with the programs that people use it with.</summary>
public sealed class DynamicMapTests : TunnelTest
{
    const string Proxy = "127.0.0.1:1080";
    const string Page = "http://server.lab:8080/page";

    async Task StartAsync(string[]? jenny = null, string[]? jack = null)
    {
        StartJenny(jenny ?? []);
        StartJack(["-D", "1080", .. jack ?? []]);
        await Jack.WaitForLineAsync("socks:localhost:1080 => any: listening");
    }

    /// <returns>curl's exit code and what it printed.</returns>
    async Task<(int Code, string Output)> CurlAsync(params string[] arguments)
    {
        var curl = Lab.Client.Start(["curl", "-sS", "-m", "30", .. arguments]);
        return (await curl.WaitForExitAsync(40), curl.Output);
    }

    [Theory, Trait("Promise", "R-ERL-02"), Trait("Promise", "R-ERL-19"), Trait("Promise", "R-ERL-03")]
    [InlineData("--socks4")]
    [InlineData("--socks4a")]
    [InlineData("--socks5")]
    [InlineData("--socks5-hostname")]
    [InlineData("--proxy")]
    [InlineData("--proxytunnel", "--proxy")]
    public async Task Curl_ByEveryProtocol_GetsThePage(params string[] options)
    {
        await using var web = HttpFiles.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        await StartAsync();
        Assert.Equal((0, "the page"), await CurlAsync([.. options, Proxy, Page]));
        Assert.Equal((0, "the pagethe page"), await CurlAsync([.. options, Proxy, Page, Page]));
    }

    [Fact, Trait("Promise", "R-ERL-20"), Trait("Promise", "R-ERL-19")]
    public async Task ClientsThatSayAnythingElse_AreTurnedAway_AndTheNextIsServed()
    {
        await using var web = HttpFiles.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        await StartAsync();
        async Task<byte[]> AskAsync(byte[] request)
        {
            using var client = await Lab.Client.ConnectAsync(1080);
            await client.SendAllAsync(request);
            return await client.ReceiveToEndAsync().Within(20, "the end of the connection");
        }
        byte[] target = [0x1F, 0x90, 10, 77, 2, 2];
        // BIND: SOCKS 4 has one word for every refusal, SOCKS 5 says that it does not know the command.
        Assert.Equal([0, 91], (await AskAsync([4, 2, .. target, 0]))[..2]);
        Assert.Equal([5, 0, 5, 7], (await AskAsync([5, 1, 0, 5, 2, 0, 1, 10, 77, 2, 2, 0x1F, 0x90]))[..4]);
        foreach (var first in (byte[])[0, 3, 6, 0x16, 0xFF])
        {
            using var client = await Lab.Client.ConnectAsync(1080);
            await client.SendAllAsync(new[] { first });
            await client.HowItEndsAsync().Within(20, "the end of a client that speaks neither SOCKS nor HTTP");
        }
        Assert.Equal((0, "the page"), await CurlAsync("--socks4", Proxy, Page));
    }

    [Fact]
    public async Task Names_AreResolvedAtTheFarEnd()
    {
        await using var web = HttpFiles.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        await StartAsync();
        await File.AppendAllTextAsync($"/etc/netns/{Lab.Server.Name}/hosts", "127.0.0.1 only-jenny-knows\n");
        foreach (var option in (string[])["--socks4a", "--socks5-hostname", "--proxy"])
            Assert.Equal((0, "the page"), await CurlAsync(option, Proxy, "http://only-jenny-knows:8080/"));
    }

    [Fact, Trait("Promise", "R-ERL-21"), Trait("Promise", "R-ERL-28")]
    public async Task Failures_AreToldByTheirKind()
    {
        await StartAsync(["--permit-dial", "10.77.2.2:*", "--permit-dial", "nowhere.lab:*", "--permit-dial", "192.0.2.1:*"]);
        // refused, unknown host, unreachable (the server has no default route), denied
        (string Url, string Socks, string Http)[] cases =
        [
            ("http://10.77.2.2:81/", "(5)", "connection_refused"), ("http://nowhere.lab/", "(4)", "dns_error"), ("http://192.0.2.1/", "(3)", "destination_ip_unroutable"),
            ("http://10.77.2.1/", "(2)", "destination_ip_prohibited"),
        ];
        foreach (var (url, socks, http) in cases)
        {
            var (code, output) = await CurlAsync("--socks5-hostname", Proxy, url);
            Assert.Equal(97, code);
            Assert.Contains(socks, output, StringComparison.Ordinal);
            Assert.Contains(http, (await CurlAsync("-i", "--proxy", Proxy, url)).Output, StringComparison.Ordinal);
            Assert.Contains("91", (await CurlAsync("--socks4a", Proxy, url)).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Uploads_ByRequestInAbsoluteForm_ArriveWhole()
    {
        var heads = new List<string>();
        await using var web = SocketService.Start(Lab.Server, 8080, async caller =>
        {
            var request = await caller.ReceiveUntilAsync("the end");
            lock (heads) heads.Add(request);
            await caller.SendTextAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
            await caller.HowItEndsAsync(); // a server that does not do as Connection: close says
        }, "0.0.0.0");
        await StartAsync();
        var file = Path.Combine(Lab.Folder, "upload");
        await File.WriteAllTextAsync(file, new string('x', 300_000) + "the end");
        Assert.Equal((0, "ok"), await CurlAsync("--proxy", Proxy, "-T", file, Page));
        Assert.Equal((0, "ok"), await CurlAsync("--proxy", Proxy, "-H", "Transfer-Encoding: chunked", "-T", file, Page));
        Assert.All(heads, head => Assert.StartsWith("PUT /page HTTP/1.1\r\nHost: server.lab:8080\r\n", head, StringComparison.Ordinal));
        Assert.All(heads, head => Assert.DoesNotContain("Proxy-Connection", head, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Users_AreLetIn_AndOthersNot()
    {
        await using var web = HttpFiles.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        var users = Path.Combine(Lab.Folder, "users");
        await File.WriteAllTextAsync(users, "sam:p:w\n");
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await StartAsync(jack: ["--proxy-users", users]);
        Assert.Equal((0, "the page"), await CurlAsync("--socks5-hostname", Proxy, "--proxy-user", "sam:p:w", Page));
        Assert.Equal((0, "the page"), await CurlAsync("--proxy", Proxy, "--proxy-user", "sam:p:w", Page));
        Assert.NotEqual(0, (await CurlAsync("--socks5-hostname", Proxy, "--proxy-user", "sam:wrong", Page)).Code);
        Assert.NotEqual(0, (await CurlAsync("--socks5-hostname", Proxy, Page)).Code);
        Assert.Contains("407", (await CurlAsync("-i", "--proxy", Proxy, Page)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_AreReadAgain_OnHangup()
    {
        await using var web = HttpFiles.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        var users = Path.Combine(Lab.Folder, "users");
        await File.WriteAllTextAsync(users, "sam:old\n");
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await StartAsync(jack: ["--proxy-users", users]);
        Assert.Equal((0, "the page"), await CurlAsync("--proxy", Proxy, "--proxy-user", "sam:old", Page));
        await File.WriteAllTextAsync(users, "sam:new\nkim:hers\n");
        Jack.Signal(Posix.SigHup);
        await Jack.WaitForLineAsync("configuration read again");
        Assert.Equal((0, "the page"), await CurlAsync("--proxy", Proxy, "--proxy-user", "sam:new", Page));
        Assert.Equal((0, "the page"), await CurlAsync("--socks5-hostname", Proxy, "--proxy-user", "kim:hers", Page));
        Assert.Contains("407", (await CurlAsync("-i", "--proxy", Proxy, "--proxy-user", "sam:old", Page)).Output, StringComparison.Ordinal);

        // A mistake changes nothing.
        await File.WriteAllTextAsync(users, "nobody\n");
        Jack.Signal(Posix.SigHup);
        await Jack.WaitForLineAsync("not read again, the old one stays: .*users: line 1");
        Assert.Equal((0, "the page"), await CurlAsync("--proxy", Proxy, "--proxy-user", "sam:new", Page));
    }

    [Fact]
    public async Task Jenny_ListensForHerOwnSide_AndJackPermitsIt()
    {
        await using var web = HttpFiles.Serve(Lab.Client, 8080, "Jack's page", "0.0.0.0");
        StartJenny("--map", "encrypted any <= socks:1080");
        StartJack("--permit-dial", "client.lab:8080");
        await Jenny.WaitForLineAsync("any <= socks:localhost:1080: listening");
        await Jack.WaitForLineAsync("is up by");
        Assert.Equal("Jack's page", await Lab.Server.RunAsync(["curl", "-sS", "-m", "10", "--socks5-hostname", Proxy, "http://client.lab:8080/"]));
    }

    [Fact]
    public async Task Download_OverACut_GoesOn()
    {
        await using var web = HttpFiles.Serve(Lab.Server, 8080, new string('x', 8 << 20), "0.0.0.0");
        await StartAsync();
        await Lab.Firewall.LimitRateAsync(40);
        var curl = Lab.Client.Start(["curl", "-sS", "-m", "60", "-o", Path.Combine(Lab.Folder, "copy"), "--socks5-hostname", Proxy, Page]);
        await Deadline.UntilAsync(() => File.Exists(Path.Combine(Lab.Folder, "copy")) && new FileInfo(Path.Combine(Lab.Folder, "copy")).Length > 1 << 20, TimeSpan.FromSeconds(30), "the copy does not grow");
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, await curl.WaitForExitAsync(60));
        Assert.Equal(8 << 20, new FileInfo(Path.Combine(Lab.Folder, "copy")).Length);
    }
}
