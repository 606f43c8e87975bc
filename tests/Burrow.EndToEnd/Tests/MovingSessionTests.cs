using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>One session under load, moved from plain TCP to plain HTTP, to a WebSocket and back.</summary>
public sealed class MovingSessionTests : WebTunnelTest
{
    const int TcpPort = 7000;
    const int SocketPort = 81;
    const int HttpPort = 82;

    // In one step, so that nothing passes in between.
    Task<string> OnlyPassAsync(params int[] ports)
    {
        var cut = new[] { TcpPort, SocketPort, HttpPort }.Except(ports).ToList();
        var rules = cut.SelectMany(port => new[] { "dport", "sport" }.Select(end => $"add rule inet lab through tcp {end} {port} reject with tcp reset\n"));
        return Lab.FirewallHost.RunAsync(["nft", "-f", "-"], "flush chain inet lab through\n" + string.Concat(rules));
    }

    [Theory]
    [InlineData("encrypted")]
    [InlineData("plaintext", Traits = ["Category", "Soak"])]
    public async Task TcpToHttpToWsToTcp_UnderLoad_LosesNoByte(string mode)
    {
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny([.. new[] { TcpPort, SocketPort, HttpPort }.SelectMany(port => new[] { "--listen", $"tcp://*:{port}" })]);
        await Lab.Firewall.LimitRateAsync(40);
        await OnlyPassAsync(TcpPort);
        StartJack($"ws://{NetworkLab.ServerAddress}:{SocketPort}/", $"http://{NetworkLab.ServerAddress}:{HttpPort}/", "--carrier", "http", "--mode", mode, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await Jack.WaitForLineAsync(@"(is up|resumed) by tcp \(");
        var enough = new TaskCompletionSource();
        var up = Torrent.SendAsync(client, 1, enough.Task);
        var down = Torrent.SendAsync(server, 2, enough.Task);
        var (there, here) = (Torrent.ReceiveAsync(server), Torrent.ReceiveAsync(client));

        await OnlyPassAsync(HttpPort);
        await Jack.WaitForLineAsync(@"resumed by http \(", seconds: 60);
        await OnlyPassAsync(HttpPort, SocketPort);
        await Jack.WaitForLineAsync(@"resumed by ws \(", seconds: 60);
        await OnlyPassAsync(HttpPort, SocketPort, TcpPort);
        await Jack.WaitForLineAsync(@"resumed by tcp \(", seconds: 60);
        enough.SetResult();

        Assert.Equal(await up.Within(60, "all is sent up"), await there.Within(60, "all is up"));
        Assert.Equal(await down.Within(60, "all is sent down"), await here.Within(60, "all is down"));
        Console.WriteLine($"{mode}: {(await up).Length >> 20} MiB up, {(await down).Length >> 20} MiB down while it moved");
    }
}
