using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A proxy that answers in Jenny's place by a page of its own in the middle of a transfer, or is gone for longer than anybody waits.</summary>
[Collection(Alone.Name)]
public sealed class SpoiltAnswersTests : WebTunnelTest
{
    const int Pages = 4;

    [Theory, Trait("Promise", "R-ERL-25")]
    [InlineData("http", "403 Forbidden", Traits = ["Category", "Soak"])]
    [InlineData("http", "502 Bad Gateway")]
    [InlineData("cycles", "403 Forbidden")]
    [InlineData("cycles", "503 Service Unavailable", Traits = ["Category", "Soak"])]
    public async Task PagesOfTheProxys_InTheMiddle_AreNobodysBytes_AndToldOnce(string way, string status)
    {
        await StartProxyAsync(WebRules.Open);
        await using var path = new CutProxy(Lab.FirewallHost, 3129, NetworkLab.GatewayAddress, Squid.Port);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThrough($"http://{NetworkLab.GatewayAddress}:3129", "--carrier", way, "-L", Forward);
        var (client, server) = await PairAsync(service);
        var transfer = BothWaysAsync(client, server, Length, out var up, out _);
        await Deadline.UntilAsync(() => transfer.IsFaulted || up.Received > Length / 4, TimeSpan.FromSeconds(60), "nothing moves");
        var pages = 0;
        path.Intercept = async caller =>
        {
            if (Interlocked.Increment(ref pages) > Pages) return false;
            var request = new byte[4096];
            if (await caller.ReceiveAsync(request) == 0) return true;
            const string page = "<html><body>The page that explains what the administrator thinks.</body></html>";
            await caller.SendTextAsync($"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n{page}");
            caller.Shutdown(SocketShutdown.Send);
            await Task.WhenAny(caller.HowItEndsAsync(), Task.Delay(TimeSpan.FromSeconds(2))); // however it ends
            return true;
        };
        path.Reset();
        await transfer.Within(120, "twenty megabytes both ways");
        Assert.True(pages >= Pages, $"{pages} pages");
        Assert.Equal(0, client.Available + server.Available);
        client.Dispose();
        await jack.EndAsync(Posix.SigTerm);
        Assert.DoesNotContain("html", jack.Output, StringComparison.OrdinalIgnoreCase);
        Assert.InRange(jack.Lines.Count(line => line.Contains($"answered {status[..3]}", StringComparison.Ordinal)), way == "http" ? 1 : 0, 1);
    }

    [Fact, Trait("Promise", "R-ERL-18")]
    public async Task ProxyGoneForLongerThanTheSessionWaits_EndsBothEnds()
    {
        var squid = await StartProxyAsync(WebRules.Open);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80", "--session-timeout", "10s");
        var jack = StartJackThroughProxy("--carrier", "http", "--session-timeout", "10s", "-L", Forward);
        var (client, server) = await PairAsync(service);
        var restarted = squid.RestartAsync(TimeSpan.FromSeconds(40));
        Assert.Equal(SocketError.ConnectionReset, await client.HowItEndsAsync().Within(60, "the end of the client"));
        Assert.Equal(SocketError.ConnectionReset, await server.HowItEndsAsync().Within(60, "the end at the service"));
        await jack.WaitForLineAsync("session with .* is over: .*expired");
        await restarted;
        using var fresh = await DialJackAsync();
        await fresh.SendTextAsync("!");
        await (await service.CallerAsync(1, seconds: 60)).ReceiveExactlyAsync(1).Within(30, "a new session's first byte");
    }
}
