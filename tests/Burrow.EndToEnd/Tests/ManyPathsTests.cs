using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>One session, several ways: when one dies the next is tried at once, and the session moves back when the better one is there again. Channels notice nothing.</summary>
public sealed class ManyPathsTests : TunnelTest
{
    const string Other = $"tcp://{NetworkLab.ServerAddress}:7001";

    async Task StartAsync()
    {
        StartJenny("--listen", "tcp://*:7000", "--listen", "tcp://*:7001");
        StartJack(Other, "-L", Forward);
        // On a loaded machine the second way may be quicker at first.
        await Jack.WaitForLineAsync($@"(is up|resumed) by tcp \({NetworkLab.ServerAddress}:7000\)");
    }

    Task<string> FirewallAsync(string rule) => Lab.FirewallHost.RunAsync(["nft", .. rule.Split(' ')]);

    /// <summary>What goes to the first way is answered by a reset, as by a firewall with a new rule, or vanishes.</summary>
    async Task CutFirstWayAsync(bool shows)
    {
        await FirewallAsync($"insert rule inet lab through tcp dport 7000 {(shows ? "reject with tcp reset" : "drop")}");
        await FirewallAsync($"insert rule inet lab through tcp sport 7000 {(shows ? "reject with tcp reset" : "drop")}");
    }

    Task<string> MendFirstWayAsync() => FirewallAsync("flush chain inet lab through");

    [Theory]
    [InlineData(true, 1.5)]
    [InlineData(false, 5)]
    public async Task FirstWayDies_TheSessionGoesOnByTheNext_AndComesBack(bool shows, double wanted)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        await StartAsync();
        using var client = await DialJackAsync();
        await client.EchoAsync("by the first way");

        var watch = Stopwatch.StartNew();
        await CutFirstWayAsync(shows);
        await client.EchoAsync("by the second way", seconds: 30);
        Print($"first way lost {(shows ? "with a reset" : "silently")}: the next echo came after {watch.Elapsed.TotalSeconds:0.00} s (wanted: under {wanted} s)");
        await Jack.WaitForLineAsync($@"resumed by tcp \({NetworkLab.ServerAddress}:7001\)");

        // Echoes all the time while it moves back: the longest says how long the pause was; the same many before say what this machine takes anyway.
        var usual = await LongestEchoAsync(client, Task.Delay(TimeSpan.FromSeconds(3)));
        await MendFirstWayAsync();
        var home = Jack.WaitForLineAsync($@"resumed by tcp \({NetworkLab.ServerAddress}:7000\)", seconds: 60);
        var longest = await LongestEchoAsync(client, home);
        await home;
        await client.EchoAsync("home");
        Print($"moved back; the longest echo meanwhile took {longest.TotalMilliseconds:0} ms; the longest in 3 s before {usual.TotalMilliseconds:0} ms");
    }

    static async Task<TimeSpan> LongestEchoAsync(Socket client, Task until)
    {
        var longest = TimeSpan.Zero;
        for (var count = 0; !until.IsCompleted; count++)
        {
            var began = Stopwatch.GetTimestamp();
            await client.EchoAsync(count.ToString(CultureInfo.InvariantCulture));
            if (Stopwatch.GetElapsedTime(began) > longest) longest = Stopwatch.GetElapsedTime(began);
        }
        return longest;
    }

    [Fact]
    public async Task MovesUnderLoad_LoseNoByte()
    {
        await using var pattern = SocketService.Echo(Lab.Server, ServicePort);
        await StartAsync();
        await Lab.Firewall.LimitRateAsync(60);
        using var client = await DialJackAsync();
        var sent = new byte[12 << 20];
        new Random(4).NextBytes(sent);
        var sending = client.SendAllAsync(sent);
        var receiving = client.ReceiveExactlyAsync(sent.Length);
        await CutFirstWayAsync(shows: true);
        await Jack.WaitForLineAsync($@"resumed by tcp \({NetworkLab.ServerAddress}:7001\)");
        await MendFirstWayAsync();
        await Jack.WaitForLineAsync($@"resumed by tcp \({NetworkLab.ServerAddress}:7000\)", seconds: 60);
        await sending.Within(120, "all is sent");
        var back = await receiving.Within(120, "all is back");
        Assert.True(sent.AsSpan().SequenceEqual(back));
    }

    [Fact]
    public async Task FirstWayIsDead_FromTheBeginning_TheSecondIsTaken()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:7001");
        var watch = Stopwatch.StartNew();
        // One that answers and is no Jenny, and one where nobody is.
        await using var stranger = SocketService.Start(Lab.Server, 7002, async caller => await caller.SendTextAsync("220 mail.example ESMTP\r\n"), "0.0.0.0");
        StartJackBy("tcp://10.77.2.99:7000", $"tcp://{NetworkLab.ServerAddress}:7002", Other, "-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("by the third way");
        Print($"two dead ways before it: up after {watch.Elapsed.TotalSeconds:0.0} s");
    }

    static void Print(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Console.WriteLine(text);
    }
}
