using System.Text.Json;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Jack behind a firewall whose only way out is a real Squid that passes plain HTTP on, and Jenny behind a real nginx.</summary>
[Collection(Alone.Name)]
public sealed class WebCarrierTests : WebTunnelTest
{
    [Theory, Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-17"), Trait("Promise", "R-ERL-22"), Trait("Promise", "R-ERL-08")]
    [InlineData(WebRules.Open, "http", "encrypted")]
    [InlineData(WebRules.Open, "cycles", "plaintext")]
    [InlineData(WebRules.Upgrade, "ws", "obfuscated")]
    [InlineData(WebRules.Strict, "cycles", "encrypted")]
    public async Task ThroughSquid_TwentyMegabytesBothWays(WebRules rules, string way, string mode)
    {
        await StartProxyAsync(rules);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThroughProxy("--carrier", way, "--mode", mode, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await TwentyMegabytesAsync(client, server, out _).Within(100, "twenty megabytes both ways");
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
    public async Task SquidRestarted_InTheMiddle_NothingIsLost(string way)
    {
        var proxy = await StartProxyAsync(WebRules.Open);
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

    [Fact]
    public async Task Doctor_BehindAStrictProxy_SaysWhatWorksAndWhatStandsInTheWay()
    {
        await StartProxyAsync(WebRules.Strict);
        StartJenny("--listen", "tcp://*:80");
        (await Lab.Server.ConnectWhenListeningAsync(80)).Dispose();
        var doctor = Lab.Client.Start(["env", $"http_proxy={Squid.Url}", BurrowProgram.Path, "doctor", WebUrl, "--secret-file", Secret, "--json"], Home());
        Assert.Equal(0, await doctor.WaitForExitAsync(100));
        using var json = JsonDocument.Parse(doctor.Output);
        var findings = json.RootElement.EnumerateArray().ToDictionary(finding => (finding.GetProperty("way").GetString()!, finding.GetProperty("through").ValueKind != JsonValueKind.Null));
        Assert.Equal(6, findings.Count);
        var cycles = findings[("cycles", true)];
        Assert.True(cycles.GetProperty("works").GetBoolean(), doctor.Output);
        Assert.True(cycles.GetProperty("roundTripMs").GetDouble() > 0);
        var socket = findings[("ws", true)];
        Assert.False(socket.GetProperty("works").GetBoolean());
        Assert.Contains("Upgrade", socket.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.All(findings.Where(finding => !finding.Key.Item2), direct => Assert.Contains("timed out", direct.Value.GetProperty("why").GetString(), StringComparison.Ordinal));
        Assert.Single(findings.Values, finding => finding.GetProperty("chosen").GetBoolean());
    }
}
