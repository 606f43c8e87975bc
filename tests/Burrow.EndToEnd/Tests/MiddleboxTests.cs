using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A relay stands between the ends, as proxies and load balancers do, and misbehaves.</summary>
public sealed class MiddleboxTests : CarriesOnTest
{
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

    LabProcess Middlebox() => Lab.FirewallHost.Start(["socat", "TCP-LISTEN:8000,fork,reuseaddr", $"TCP:{NetworkLab.ServerAddress}:{BurrowProgram.DefaultPort}"]);

    async Task SignalAllAsync(int signal)
    {
        foreach (var id in (await Shell.RunAsync(["ip", "netns", "pids", Lab.FirewallHost.Name])).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Posix.Kill(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture), signal);
    }
}
