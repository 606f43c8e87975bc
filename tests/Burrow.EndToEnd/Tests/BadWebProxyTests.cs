using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Web proxies that break connections, hold bodies back or keep no connection open: nothing is lost and nothing doubled.</summary>
[Collection(Alone.Name)]
public sealed class BadWebProxyTests : WebTunnelTest
{
    const int Cuts = 10;

    [Theory, Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-18")]
    [InlineData("ws", 1, Traits = ["Category", "Soak"])]
    [InlineData("http", 2)]
    [InlineData("cycles", 3)]
    public async Task ConnectionsCutAtRandom_TwentyMegabytesBothWays(string way, int seed)
    {
        await StartProxyAsync(WebRules.Upgrade);
        await using var cutter = new CutProxy(Lab.FirewallHost, 3129, NetworkLab.GatewayAddress, Squid.Port);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        StartJackThrough($"http://{NetworkLab.GatewayAddress}:{cutter.Port}", "--carrier", way, "-L", Forward);
        var (client, server) = await PairAsync(service);
        var transfer = BothWaysAsync(client, server, Length, out var up, out var down);
        var random = new Random(seed);
        for (var cut = 1; cut <= Cuts; cut++)
        {
            // Spread over the bytes, so that each of them hits a transfer under way.
            var position = 2L * Length * cut / (Cuts + 1);
            await Deadline.UntilAsync(() => transfer.IsFaulted || up.Received + down.Received >= position, TimeSpan.FromSeconds(60), $"nothing moves before cut {cut}");
            switch (cut % 3)
            {
                case 0: cutter.Reset(); break;
                case 1: cutter.Close(); break;
                default: cutter.ResetAfter(random.Next(1, 100_000)); break;
            }
        }
        await transfer.Within(120, "twenty megabytes both ways");
        Assert.Equal(0, client.Available + server.Available);
        client.Dispose();
    }

    [Theory, Trait("Promise", "R-ERL-17")]
    [InlineData(true, true)]
    [InlineData(false, true, Traits = ["Category", "Soak"])]
    [InlineData(false, false)]
    public async Task BodiesHeldBack_AutoFindsCycles_AndFiveMegabytesPassBothWays(bool keepsOpen, bool saysSo)
    {
        await using var proxy = new WholeBodyProxy(Lab.FirewallHost, keepsOpen, saysSo);
        await Squid.OnlyWayOutAsync(Lab);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThrough(WholeBodyProxy.Url, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await BothWaysAsync(client, server, 5 << 20, out _, out _).Within(100, "five megabytes both ways");
        await jack.WaitForLineAsync($"by cycles through {WholeBodyProxy.Url}");
        client.Dispose();
        Console.WriteLine($"keeps open {keepsOpen}, says so {saysSo}: {proxy.Connections} connections");
    }
}
