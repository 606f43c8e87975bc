using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The path breaks under an open connection in every way that paths break, and the connection carries on, both ways.</summary>
public sealed class PathTests : TunnelTest
{
    [Fact]
    public Task ClientRoams_ConnectionsGoOn() => GoesOnAfterAsync(() => Lab.Firewall.RoamAsync());

    [Fact]
    public Task PublicAddressChanges_ConnectionsGoOn() => GoesOnAfterAsync(() => Lab.Firewall.ChangePublicAddressAsync());

    [Theory]
    [InlineData(UnknownPackets.Dropped)]
    [InlineData(UnknownPackets.Reset)]
    public Task FirewallForgets_ConnectionsGoOn(UnknownPackets afterwards) => GoesOnAfterAsync(() => Lab.Firewall.ForgetAsync(afterwards));

    [Fact]
    public Task ConnectionsAreReset_ConnectionsGoOn() => GoesOnAfterAsync(() => Lab.Firewall.ResetConnectionsAsync());

    [Theory]
    [InlineData(Direction.ToServer)]
    [InlineData(Direction.ToClient)]
    [InlineData(Direction.Both)]
    public Task PacketsVanish_ForAWhile_ConnectionsGoOn(Direction direction) => GoesOnAfterAsync(async () =>
    {
        await Lab.Firewall.OpenHoleAsync(direction);
        await Task.Delay(TimeSpan.FromSeconds(4));
        await Lab.Firewall.CloseHoleAsync();
    });

    [Fact]
    public async Task FirewallForgetsIdleConnections_ConnectionsGoOn()
    {
        await Lab.Firewall.ForgetIdleAsync(2);
        await GoesOnAfterAsync(() => Deadline.UntilAsync(
            () => Lab.FirewallHost.RunAsync(["conntrack", "-L"]).GetAwaiter().GetResult().Length == 0, TimeSpan.FromSeconds(20), "the entry stays"));
    }

    [Fact]
    public async Task MiddleboxStops_AndGoesOn_ConnectionsGoOn()
    {
        var socat = Middlebox();
        StartJenny();
        StartJackBy($"tcp://{NetworkLab.GatewayAddress}:8000", "-L", Forward, "-R", Reverse);
        await GoesOnAfterAsync(
            async () =>
            {
                // Its accepted connections and its listener stay open and answer nothing. socat forks for each connection: all of them stop.
                await SignalAllAsync(Posix.SigStop);
                await Task.Delay(TimeSpan.FromSeconds(5));
                await SignalAllAsync(Posix.SigCont);
            },
            start: false);
        Assert.False(socat.HasExited);
    }

    [Fact]
    public async Task MiddleboxIsKilledAndRestarted_ConnectionsGoOn()
    {
        Middlebox();
        StartJenny();
        StartJackBy($"tcp://{NetworkLab.GatewayAddress}:8000", "-L", Forward, "-R", Reverse);
        await GoesOnAfterAsync(
            async () =>
            {
                await SignalAllAsync(Posix.SigKill);
                await Task.Delay(TimeSpan.FromSeconds(1));
                Middlebox();
            },
            start: false);
    }

    [Theory]
    [InlineData("jack")]
    [InlineData("jenny")]
    public Task AnEndIsStoppedForHalfAMinute_ConnectionsGoOn(string which) => GoesOnAfterAsync(async () =>
    {
        var stopped = which == "jack" ? Jack : Jenny;
        stopped.Signal(Posix.SigStop);
        await Task.Delay(TimeSpan.FromSeconds(30));
        stopped.Signal(Posix.SigCont);
    });

    [Theory]
    [InlineData("plaintext")]
    [InlineData("obfuscated")]
    public Task FirewallReboots_InEveryMode_ConnectionsGoOn(string mode) => GoesOnAfterAsync(() => Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1)), mode: mode);

    /// <summary>An idle connection and one under way in each direction, before, during and after something happens; the idle ones stay untouched meanwhile.</summary>
    async Task GoesOnAfterAsync(Func<Task> happensAsync, bool start = true, string mode = "encrypted")
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        if (start) StartBoth(mode);
        using var toJenny = await DialJackAsync();
        using var toJack = await DialJennyAsync();
        await toJenny.EchoAsync("before");
        await toJack.EchoAsync("before");
        using var busy = await DialJackAsync();
        await busy.EchoAsync("before");

        var happening = happensAsync();
        var under = 0;
        // The answer may take as long as the trouble lasts; it comes, and only once.
        while (!happening.IsCompleted || under == 0)
        {
            await busy.EchoAsync($"during {++under}", seconds: 90);
            await Task.Delay(50);
        }

        await happening;
        await toJenny.EchoAsync("after");
        await toJack.EchoAsync("after");
        await busy.EchoAsync("after");
        using var fresh = await DialJackAsync();
        await fresh.EchoAsync("fresh");
        Assert.Equal(0, toJenny.Available + toJack.Available + busy.Available);
        Assert.False(Jack.HasExited || Jenny.HasExited);
    }

    LabProcess Middlebox() => Lab.FirewallHost.Start(["socat", "TCP-LISTEN:8000,fork,reuseaddr", $"TCP:{NetworkLab.ServerAddress}:{BurrowProgram.DefaultPort}"]);

    async Task SignalAllAsync(int signal)
    {
        foreach (var id in (await Shell.RunAsync(["ip", "netns", "pids", Lab.FirewallHost.Name])).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Posix.Kill(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture), signal);
    }
}
