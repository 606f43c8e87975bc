using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Jack behind a firewall whose only way out is a real Squid that passes plain HTTP on, and Jenny behind a real nginx.</summary>
[Collection(Alone.Name)]
public sealed class WebCarrierTests : WebTunnelTest
{
    [Theory, Trait("Promise", "R-ERL-13"), Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-17"), Trait("Promise", "R-ERL-22"), Trait("Promise", "R-ERL-08")]
    [InlineData(WebRules.Open, "http", "encrypted", 20)]
    [InlineData(WebRules.Open, "cycles", "plaintext", 20)]
    [InlineData(WebRules.Upgrade, "ws", "obfuscated", 20)]
    [InlineData(WebRules.Strict, "cycles", "encrypted", 20)]
    [InlineData(WebRules.Open, "http", "encrypted", 100, Traits = ["Category", "Soak"])]
    [InlineData(WebRules.Open, "cycles", "encrypted", 100, Traits = ["Category", "Soak"])]
    [InlineData(WebRules.Open, "cycles", "encrypted", 1024, Traits = ["Category", "Soak"])]
    public async Task ThroughSquid_SoManyMegabytesBothWays(WebRules rules, string way, string mode, int megabytes)
    {
        await StartProxyAsync(rules);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThroughProxy("--carrier", way, "--mode", mode, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await BothWaysAsync(client, server, (long)megabytes << 20, out _, out _).Within(100 + megabytes, $"{megabytes} megabytes both ways");
        await jack.WaitForLineAsync($"by {way}");
        client.Dispose();
    }

    [Theory]
    [InlineData(WebRules.Upgrade, "ws")]
    [InlineData(WebRules.Strict, "cycles")]
    public async Task Auto_FindsOutWhatPasses(WebRules rules, string way)
    {
        await StartProxyAsync(rules);
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThroughProxy("-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("found", seconds: 40);
        await jack.WaitForLineAsync($"by {way}");
    }

    [Theory, Trait("Promise", "R-ERL-18")]
    [InlineData("cycles")]
    [InlineData("http")]
    [InlineData("ws")]
    public async Task SquidRestarted_InTheMiddle_NothingIsLost(string way)
    {
        var proxy = await StartProxyAsync(WebRules.Upgrade);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        StartJackThroughProxy("--carrier", way, "-L", Forward);
        var (client, server) = await PairAsync(service);
        var transfer = TwentyMegabytesAsync(client, server, out var up);
        await Deadline.UntilAsync(() => transfer.IsFaulted || up.Received > Length / 4, TimeSpan.FromSeconds(60), "nothing moves");
        await proxy.RestartAsync(TimeSpan.FromSeconds(2));
        await transfer.Within(120, "twenty megabytes both ways");
        client.Dispose();
    }

    [Theory]
    [InlineData(true, true, "ws")]
    [InlineData(false, false, "http")]
    [InlineData(true, false, "cycles")]
    public async Task BehindNginx_UnderAPrefix_WhateverItPassesIsFound(bool buffers, bool upgrades, string way)
    {
        await Nginx.StartAsync(Lab.Server, 80, buffers, upgrades);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny();
        StartJackBy($"http://{NetworkLab.ServerAddress}{Nginx.Prefix}", "-L", Forward);
        var (client, server) = await PairAsync(service);
        await TwentyMegabytesAsync(client, server, out _).Within(100, "twenty megabytes both ways");
        await Jack.WaitForLineAsync($"by {way}");
        client.Dispose();
    }
}
