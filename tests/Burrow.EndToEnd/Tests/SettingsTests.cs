using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>That the settings which only show under load, in idleness or in trouble do what the documentation says.</summary>
[Trait("Promise", "R-BURROW-21")]
public sealed class SettingsTests : TunnelTest
{
    const int Mebi = 1 << 20;

    [Fact]
    public async Task Name_IsWhatTheOtherSideCallsIt()
    {
        StartJenny("--name", "cellar");
        StartJack("-L", Forward, "--name", "attic");
        await Jenny.WaitForLineAsync("attic");
        var session = Assert.Single((await StatusTests.StatusAsync(Lab.Server, "jenny")).GetProperty("sessions").EnumerateArray());
        Assert.Contains("attic", session.GetProperty("peer").GetString(), StringComparison.Ordinal);
        Assert.Equal("cellar", (await StatusTests.StatusAsync(Lab.Server, "jenny")).GetProperty("process").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Retry_BoundsThePauseBetweenAttempts()
    {
        // Whoever listens there is no Jenny. With pauses of up to 8 s the twentieth attempt would come after two minutes.
        await using var stranger = SocketService.Start(Lab.Server, BurrowProgram.DefaultPort, caller =>
        {
            caller.Dispose();
            return Task.CompletedTask;
        }, NetworkLab.ServerAddress);
        StartJack("-L", Forward, "--retry", "250ms");
        await stranger.CallerAsync(19, seconds: 60);
    }

    [Theory]
    [InlineData("1s", false)]
    [InlineData("1h", true)]
    public async Task KeepAlive_KeepsAMiddleboxFromForgetting(string period, bool forgotten)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        await Lab.Firewall.ForgetIdleAsync(5);
        StartJenny("--keepalive", period);
        StartJack("-L", Forward, "--keepalive", period);
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        if (forgotten)
        {
            await Lab.Firewall.AllForgottenAsync();
            return;
        }
        await Task.Delay(TimeSpan.FromSeconds(12)); // twice as long as the firewall remembers, and more
        await client.EchoAsync("after");
        Assert.Equal(0, (await SessionAsync()).GetProperty("reconnects").GetInt64());
    }

    [Theory]
    [InlineData("64KiB", "256MiB", 0, 16)]
    [InlineData("64MiB", "256MiB", 48, 80)]
    [InlineData("64MiB", "8MiB", 0, 24)]
    public async Task QueueAndMemoryLimit_BoundWhatAnApplicationMayWriteDuringAnOutage(string queue, string memory, int leastMebi, int mostMebi)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        StartJack("-L", Forward, "--queue-limit", queue, "--memory-limit", memory);
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        await Lab.Firewall.PowerOffAsync();
        await client.SendTextAsync("x");
        await Jack.WaitForLineAsync("connections are frozen");
        using var stop = new CancellationTokenSource();
        var pouring = new Pouring();
        var pour = pouring.RunAsync(client, stop.Token);
        // What the kernel holds for the two sockets between the application and Jack comes on top: some mebibytes.
        var (taken, still) = (-1L, 0);
        for (var look = 0; look < 120 && still < 6; look++)
        {
            await Task.Delay(500);
            (taken, still) = (pouring.Sent, pouring.Sent == taken ? still + 1 : 0);
        }
        Assert.Equal(6, still);
        Assert.InRange(taken, (long)leastMebi * Mebi, (long)mostMebi * Mebi);
        await stop.CancelAsync();
        await pour;
    }

    async Task<System.Text.Json.JsonElement> SessionAsync() =>
        Assert.Single((await StatusTests.StatusAsync(Lab.Client, "jack")).GetProperty("sessions").EnumerateArray());

    /// <summary>Writes as fast as it may, and counts.</summary>
    sealed class Pouring
    {
        long _sent;

        public long Sent => Interlocked.Read(ref _sent);

        public async Task RunAsync(Socket into, CancellationToken stop)
        {
            var bytes = new byte[256 * 1024];
            try
            {
                while (true) Interlocked.Add(ref _sent, await into.SendAsync(bytes, stop));
            }
            catch (OperationCanceledException)
            {
                // Enough was seen.
            }
        }
    }
}
