using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Who may do what: allow lists, permits, and ports that somebody else has.</summary>
public sealed class PolicyTests : TunnelTest
{
    [Fact, Trait("Promise", "R-BURROW-23")]
    public async Task AClientThatIsNotAllowed_IsClosedBeforeAnythingIsDialled()
    {
        await using var service = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        StartJack("--map", $"encrypted *:9000 => 127.0.0.1:{ServicePort} {{127.0.0.1}}");
        using var allowed = await DialJackAsync();
        await allowed.EchoAsync("allowed");
        using var refused = await Lab.Client.ConnectAsync(9000, NetworkLab.ClientAddress);
        await refused.HowItEndsAsync().Within(20, "the end of the client that is not allowed");
        await Jack.WaitForLineAsync($"{NetworkLab.ClientAddress.Replace(".", "\\.", StringComparison.Ordinal)}.*allow");
        Assert.Single(service.Callers);
    }

    [Fact, Trait("Promise", "R-BURROW-23")]
    public async Task AClientOfAReverseMapThatIsNotAllowed_IsNamedWithTheMap()
    {
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartJenny();
        StartJack("--map", $"encrypted 127.0.0.1:{JackServicePort} <= 127.0.0.1:{JennyPort} {{192.0.2.1}}");
        using var refused = await Lab.Server.ConnectWhenListeningAsync(JennyPort);
        await refused.HowItEndsAsync().Within(20, "the end of the client that is not allowed");
        await Jack.WaitForLineAsync($"map encrypted 127.0.0.1:{JackServicePort} <= .*: client 127.0.0.1:[0-9]+ is not allowed");
        Assert.DoesNotContain("(null)", Jack.Output, StringComparison.Ordinal);
        Assert.Empty(here.Callers);
    }

    [Fact]
    public async Task APortThatTheSystemChooses_IsTold()
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartJenny();
        StartJack("-L", $"0:127.0.0.1:{ServicePort}", "-R", $"0:127.0.0.1:{JackServicePort}");
        var port = PortIn(await Jack.WaitForLineAsync("localhost:0 => .*: listening on port [1-9][0-9]*$"));
        using var client = await Lab.Client.ConnectWhenListeningAsync(port);
        await client.EchoAsync("there");
        var reverse = PortIn(await Jack.WaitForLineAsync("listens on port [1-9][0-9]*$"));
        using var back = await Lab.Server.ConnectWhenListeningAsync(reverse);
        await back.EchoAsync("here");
        await Jenny.WaitForLineAsync($"listening on localhost:{reverse} for ");
        var maps = (await StatusTests.StatusAsync(Lab.Client, "jack")).GetProperty("maps").EnumerateArray().Select(map => map.GetProperty("text").GetString()!).ToList();
        Assert.Contains(maps, map => map.Contains($"localhost:{port} => ", StringComparison.Ordinal));
        Assert.Contains(maps, map => map.EndsWith($"<= localhost:{reverse}", StringComparison.Ordinal));

        static int PortIn(string line) => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task AReversePortThatIsTaken_IsReportedOnBothSidesAndRetried()
    {
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        var squatter = Lab.Server.Listen(JennyPort);
        StartBoth();
        await Jack.WaitForLineAsync($"{JennyPort}.*in use");
        await Jenny.WaitForLineAsync($"{JennyPort}.*in use");
        squatter.Dispose();
        using var client = await Lab.Server.ConnectWhenListeningAsync(JennyPort, limit: TimeSpan.FromSeconds(30));
        await client.EchoAsync("mine now");
    }

    [Fact]
    public async Task ADialThatIsNotPermitted_ResetsTheClient_AndSaysSo()
    {
        await using var permitted = SocketService.Echo(Lab.Server, ServicePort);
        await using var forbidden = SocketService.Echo(Lab.Server, 7001);
        StartJenny("--permit-dial", $"127.0.0.1:{ServicePort}");
        StartJack("-L", Forward, "-L", "9001:127.0.0.1:7001");
        using var good = await DialJackAsync();
        await good.EchoAsync("permitted");
        using var bad = await Lab.Client.ConnectWhenListeningAsync(9001);
        Assert.Equal(SocketError.ConnectionReset, await bad.HowItEndsAsync().Within(20, "the reset"));
        await Jack.WaitForLineAsync("7001.*not permitted");
        Assert.Empty(forbidden.Callers);
    }

    [Fact]
    public async Task AListenBeyondLoopback_NeedsAPermit()
    {
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartJenny("--permit-listen", "*:9200");
        StartJack("-R", $"*:9200:127.0.0.1:{JackServicePort}", "-R", $"*:9201:127.0.0.1:{JackServicePort}");
        using var client = await Lab.Server.ConnectWhenListeningAsync(9200, NetworkLab.ServerAddress);
        await client.EchoAsync("permitted");
        await Jack.WaitForLineAsync("9201.*not permitted");
        await Assert.ThrowsAsync<SocketException>(() => Lab.Server.ConnectAsync(9201, NetworkLab.ServerAddress));
    }
}
