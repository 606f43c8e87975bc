using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>What programs do with their connections, through a Squid that passes plain HTTP.</summary>
[Collection(Alone.Name)]
public sealed class WebStreamsTests : WebTunnelTest
{
    // How long Jenny holds an answer back, and a little.
    static readonly TimeSpan CycleHold = TimeSpan.FromSeconds(27);

    async Task<Squid> StartAsync(string way, string forward = Forward)
    {
        var squid = await StartProxyAsync(WebRules.Upgrade);
        StartJenny("--listen", "tcp://*:80");
        Jack = StartJackThroughProxy("--carrier", way, "-L", forward, "-D", "1080");
        return squid;
    }

    [Fact, Trait("Promise", "R-ERL-07")]
    public async Task ServersWord_ReachesAnIdleClientAtOnce_AndAnIdleTunnelHardlyAsks()
    {
        // Polling once in so long was the original's way: an answer that waits for a poll could not pass this.
        var (polls, idle, most) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), 6);
        var squid = await StartAsync("cycles");
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        var (client, server) = await PairAsync(service);
        var delays = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            // As long as a poll's interval in sum, at different places of it.
            await Task.Delay(TimeSpan.FromMilliseconds(50 + 37 * i % 200));
            var watch = Stopwatch.StartNew();
            await server.SendTextAsync("!");
            await client.ReceiveExactlyAsync(1).Within(20, "the server's word");
            delays.Add(watch.Elapsed);
        }
        await Task.Delay(CycleHold); // what was asked for ahead while words came
        var before = (await squid.LogAsync()).Length;
        await Task.Delay(idle);
        var log = (await squid.LogAsync())[before..];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', log));
        var requests = log.Length;
        delays.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a word to an idle client: median {delays[10].TotalMilliseconds:0.0} ms, longest {delays[^1].TotalMilliseconds:0.0} ms; {requests} requests in {idle.TotalSeconds} idle seconds"));
        Assert.InRange(requests, 0, most);
        Assert.True(delays[10] < polls / 4, $"{delays[10]}");
    }

    [Theory, Trait("Promise", "R-ERL-26")]
    [InlineData("ws")]
    [InlineData("http")]
    [InlineData("cycles")]
    public async Task HalfClose_Up_LetsTheAnswerCome_AndDown_LetsTheRestGo(string way)
    {
        await StartAsync(way);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        var (client, server) = await PairAsync(service);
        await client.SendTextAsync("the question");
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("the question"u8.ToArray(), await server.ReceiveToEndAsync().Within(20, "the end of the question"));
        await server.SendTextAsync("the answer");
        server.Shutdown(SocketShutdown.Send);
        Assert.Equal("the answer"u8.ToArray(), await client.ReceiveToEndAsync().Within(20, "the end of the answer"));

        var again = await DialJackAsync();
        await again.SendTextAsync("!");
        var other = await service.CallerAsync(1);
        await other.ReceiveExactlyAsync(1);
        other.Shutdown(SocketShutdown.Send);
        Assert.Empty(await again.ReceiveToEndAsync().Within(20, "the end that the server began with"));
        await again.SendTextAsync("all the same");
        Assert.Equal("all the same", await other.ReceiveTextAsync(12).Within(20, "what is said after the server's end"));
    }

    [Theory, Trait("Promise", "R-ERL-15")]
    [InlineData("cycles")]
    [InlineData("http")]
    public async Task ServerThatSpeaksFirst_SingleBytes_AndKeptConnections(string way)
    {
        await using var mail = SocketService.Start(Lab.Server, ServicePort, async caller =>
        {
            await caller.SendTextAsync("220 ready\r\n");
            var word = new byte[1];
            while (await caller.ReceiveAsync(word) == 1) await caller.SendAllAsync(word);
        });
        await using var web = HttpKeptOpen.Serve(Lab.Server, 8080, "the page", "0.0.0.0");
        await StartAsync(way);
        using var client = await DialJackAsync();
        Assert.Equal("220 ready\r\n", await client.ReceiveTextAsync(11).Within(40, "the server's first word"));
        for (var i = 0; i < 300; i++)
        {
            await client.SendAllAsync(new[] { (byte)i });
            Assert.Equal((byte)i, (await client.ReceiveExactlyAsync(1).Within(20, $"byte {i}"))[0]);
        }
        var curl = Lab.Client.Start(["curl", "-sS", "-m", "40", "--socks5-hostname", "127.0.0.1:1080", .. Enumerable.Repeat("http://server.lab:8080/", 5)]);
        Assert.Equal((0, string.Concat(Enumerable.Repeat("the page", 5))), (await curl.WaitForExitAsync(60), curl.Output));
        Assert.Single(web.Callers);
    }
}
