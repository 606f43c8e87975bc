using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The tunnel as its inventor drew it: several services of both machines at once, by a single connection that the firewall's reboots don't spare.</summary>
public sealed class DiagramTests : TunnelTest
{
    const int JennySsh = 7022, JackSsh = 7122, Chat = 7194;

    [Fact, Trait("Promise", "R-BURROW-01"), Trait("Promise", "R-BURROW-17")]
    public async Task ServicesOfBothSides_ShareOneConnection_AndSurviveItsEnd()
    {
        await using var page = HttpFiles.Serve(Lab.Server, ServicePort, "Jenny's page");
        await using var chat = Chatter.Serve(Lab.Client, Chat);
        var there = await Sshd.StartAsync(Lab.Server, JennySsh);
        var here = await Sshd.StartAsync(Lab.Client, JackSsh);
        StartJenny();
        StartJack("-L", Forward, "-L", $"9022:127.0.0.1:{JennySsh}", "-R", $"9122:127.0.0.1:{JackSsh}", "-R", $"9194:127.0.0.1:{Chat}");
        (await DialJackAsync()).Dispose();
        (await Lab.Server.ConnectWhenListeningAsync(9194)).Dispose();

        var toJenny = there.Ssh(Lab.Client, 9022, Ticking.Command);
        var toJack = here.Ssh(Lab.Server, 9122, Ticking.Command);
        using var talk = await Lab.Server.ConnectWhenListeningAsync(9194);
        var talking = Chatter.AskAsync(talk, questions: 200, seed: 17, TimeSpan.FromMilliseconds(20));
        await Ticking.GoesOnAsync(toJenny);
        await Ticking.GoesOnAsync(toJack);
        Assert.Single(await FlowsAsync());

        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(3));
        await Ticking.GoesOnAsync(toJenny, more: 40);
        await Ticking.GoesOnAsync(toJack, more: 40);
        await talking.Within(60, "200 questions from Jenny's side to Jack's");
        Assert.Equal("Jenny's page", await Lab.Client.RunAsync(["curl", "-sS", "-m", "10", $"http://127.0.0.1:{JackPort}/"]));
        await Deadline.UntilAsync(async () => (await FlowsAsync()).Length == 1, TimeSpan.FromSeconds(20), "there is more than one connection between the machines");
    }

    [Fact, Trait("Promise", "R-BURROW-07")]
    public async Task OnePort_OnTwoAddresses_LeadsToTwoServices_AndAThirdAddressRefuses()
    {
        await using var one = SocketService.Start(Lab.Server, 7201, caller => caller.SendTextAsync("one"));
        await using var two = SocketService.Start(Lab.Server, 7202, caller => caller.SendTextAsync("two"));
        StartJenny();
        StartJack("-L", $"127.0.0.2:{JackPort}:127.0.0.1:7201", "-L", $"127.0.0.3:{JackPort}:127.0.0.1:7202");
        using var first = await Lab.Client.ConnectWhenListeningAsync(JackPort, "127.0.0.2");
        using var second = await Lab.Client.ConnectWhenListeningAsync(JackPort, "127.0.0.3");
        Assert.Equal("one", await first.ReceiveTextAsync(3).Within(20, "the first service"));
        Assert.Equal("two", await second.ReceiveTextAsync(3).Within(20, "the second service"));
        var refused = await Assert.ThrowsAsync<SocketException>(() => Lab.Client.ConnectAsync(JackPort, "127.0.0.4"));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact, Trait("Category", "Soak"), Trait("Promise", "R-BURROW-03")]
    public async Task AFirewallThatRebootsAllDay_EndsNoneOfTwentyConnections()
    {
        await using var chat = Chatter.Serve(Lab.Server, ServicePort);
        StartBoth();
        var clients = new List<Socket>();
        for (var i = 0; i < 20; i++) clients.Add(await DialJackAsync());
        // So many questions that they last longer than the reboots, each waiting for its answer.
        var asking = Task.WhenAll(clients.Select((client, i) => Chatter.AskAsync(client, questions: 2000, seed: i, TimeSpan.FromMilliseconds(40))));
        for (var reboot = 0; reboot < 12 && !asking.IsCompleted; reboot++)
        {
            await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(3), reboot % 2 == 0 ? UnknownPackets.Dropped : UnknownPackets.Reset);
            await Task.Delay(TimeSpan.FromSeconds(7));
        }

        await asking.Within(240, "20 connections' 2,000 questions");
        foreach (var client in clients) client.Dispose();
    }

    /// <summary>The TCP connections between the two machines, as the client's kernel lists them.</summary>
    async Task<string[]> FlowsAsync() =>
        (await Lab.Client.RunAsync(["ss", "-Htn", "state", "established", "dst", NetworkLab.ServerAddress])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
