using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A process that is gone takes its channels with it, at once and visibly; what comes after it works.</summary>
public sealed class RestartTests : TunnelTest
{
    [Theory, Trait("Promise", "R-BURROW-30")]
    [InlineData(Posix.SigTerm)]
    [InlineData(Posix.SigKill)]
    public async Task JennyRestarts_ClientsAreReset_AndNewOnesWork(int signal)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        using var old = await DialJackAsync();
        await old.EchoAsync("before");
        await Jenny.EndAsync(signal);
        StartJenny();
        Assert.NotEqual(SocketError.Success, await old.HowItEndsAsync().Within(15, "the reset of the old client"));
        using var fresh = await DialJackAsync();
        await fresh.EchoAsync("after", seconds: 15);
        Assert.False(Jack.HasExited);
        // Another session: nothing of the old one was carried on.
        var session = (await StatusTests.StatusAsync(Lab.Client, "jack")).GetProperty("sessions")[0];
        Assert.Equal(0, session.GetProperty("reconnects").GetInt32());
        Assert.DoesNotContain(Jack.Lines, line => line.Contains("resumed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Posix.SigTerm)]
    [InlineData(Posix.SigKill)]
    public async Task JackRestarts_HisReversePortIsHisAtOnce(int signal)
    {
        await using var there = SocketService.Hold(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartBoth();
        using var forward = await DialJackAsync();
        await forward.SendTextAsync("x");
        var server = await there.CallerAsync(0);
        await server.ReceiveExactlyAsync(1);
        using var old = await DialJennyAsync();
        await old.EchoAsync("before");
        await Jack.EndAsync(signal);
        StartJack("-L", Forward, "-R", Reverse);
        Assert.NotEqual(SocketError.Success, await old.HowItEndsAsync().Within(15, "the reset of the old client"));
        Assert.NotEqual(SocketError.Success, await server.HowItEndsAsync().Within(15, "the reset of the old service"));
        // The port may belong to the old run for a moment; then connections to it are reset.
        await EventuallyEchoesAsync(Lab.Server, JennyPort);
    }

    [Fact]
    public async Task JackIsKilledWhileThePathIsDown_TheNewRunStillTakesOver()
    {
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartBoth();
        using var old = await DialJennyAsync();
        await old.EchoAsync("before");
        await Lab.Firewall.PowerOffAsync();
        await Jack.EndAsync(Posix.SigKill);
        StartJack("-L", Forward, "-R", Reverse);
        await Lab.Firewall.PowerOnAsync();
        Assert.NotEqual(SocketError.Success, await old.HowItEndsAsync().Within(30, "the reset of the old client"));
        await EventuallyEchoesAsync(Lab.Server, JennyPort);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EitherEnd_MayStartFirst(bool jackFirst)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        if (jackFirst)
        {
            StartJack("-L", Forward);
            // Held while there is no Jenny yet.
            using var early = await DialJackAsync();
            var answer = early.EchoAsync("early", seconds: 30);
            await Task.Delay(TimeSpan.FromSeconds(2));
            Assert.False(answer.IsCompleted);
            StartJenny();
            await answer;
        }
        else
        {
            StartJenny();
            await Jenny.WaitForLineAsync(".");
            StartJack("-L", Forward);
            using var client = await DialJackAsync();
            await client.EchoAsync("hello");
        }
    }

    [Fact]
    public async Task ASecondJackWithTheSameSecret_DisturbsNobody()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        using var first = await DialJackAsync();
        await first.EchoAsync("before");
        var second = Lab.Client.StartBurrow("jack2", "jack", JennyUrl, "--secret-file", Secret, "-L", "9001:127.0.0.1:7070");
        using var other = await Lab.Client.ConnectWhenListeningAsync(9001);
        await other.EchoAsync("second");
        await first.EchoAsync("still here");
        await second.EndAsync(Posix.SigKill);
        await first.EchoAsync("and still");
    }

    static async Task EventuallyEchoesAsync(LabHost host, int port)
    {
        var deadline = new Deadline(TimeSpan.FromSeconds(15), $"nobody echoes on port {port} of {host.Name}");
        while (true)
        {
            try
            {
                using var client = await host.ConnectAsync(port);
                await client.EchoAsync("again", seconds: 10);
                return;
            }
            catch (Exception error) when (error is SocketException or EndOfStreamException)
            {
                await deadline.PollAsync();
            }
        }
    }
}
