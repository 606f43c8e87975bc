using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>What runs out, and what is given up after a while.</summary>
public sealed class ScarcityTests : TunnelTest
{
    const int Descriptors = 320;

    [Fact]
    public async Task WithoutDescriptors_TheTunnelStillHeals_AndTheStatusAnswers()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        var jenny = Lab.Server.StartBurrow("jenny", Descriptors, "jenny", "--secret-file", Secret);
        var jack = Lab.Client.StartBurrow("jack", Descriptors, "jack", JennyUrl, "--secret-file", Secret, "-L", Forward);
        using var first = await DialJackAsync();
        await first.EchoAsync("before");
        var crowd = new List<Socket>();
        // The backlog takes what Jack can't.
        for (var i = 0; i < Descriptors + 40; i++) crowd.Add(await Lab.Client.ConnectAsync(JackPort));
        await jack.WaitForLineAsync("can't accept for now");

        await Lab.Firewall.ResetConnectionsAsync();
        await first.EchoAsync("after", seconds: 30);
        Assert.Equal(1, (await StatusTests.StatusAsync(Lab.Client, "jack")).GetProperty("sessions").GetArrayLength());
        Assert.Equal(1, (await StatusTests.StatusAsync(Lab.Server, "jenny")).GetProperty("sessions").GetArrayLength());
        // The one who came last is served when the others have left; until then he waits.
        foreach (var one in crowd[..^1]) one.Dispose();
        await jack.WaitForLineAsync("accepts again");
        using var last = crowd[^1];
        await last.EchoAsync("last", seconds: 30);
        using var late = await DialJackAsync();
        await late.EchoAsync("late", seconds: 30);
        Assert.False(jack.HasExited || jenny.HasExited);
    }

    [Fact]
    public async Task ASessionWithoutACarrier_IsGivenUpByJackAfterItsTimeout_AndANewOneFollows()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        StartJack("-L", Forward, "--session-timeout", "10s");
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        await Lab.Firewall.PowerOffAsync();
        await client.SendTextAsync("x");
        Assert.Equal(SocketError.ConnectionReset, await client.HowItEndsAsync().Within(60, "the end of a client whose session timed out"));
        await Jack.WaitForLineAsync("session with .* is over: .*expired");
        await Lab.Firewall.PowerOnAsync();
        using var fresh = await DialJackAsync();
        await fresh.EchoAsync("fresh", seconds: 60);
    }

    [Fact]
    public async Task AClientThatLeavesBeforeThereIsASession_IsLetGo_AndOneThatStaysIsServed()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJack("-L", Forward);
        using var stays = await DialJackAsync();
        await stays.SendTextAsync("here");
        (await DialJackAsync()).Dispose();
        await Jack.WaitForLineAsync("left before there was a session");
        StartJenny();
        Assert.Equal("here", await stays.ReceiveTextAsync(4).Within(30, "the echo of the client that waited"));
        Assert.Single(echo.Callers);
    }

    [Fact]
    public async Task ListenersBeyondTheQuota_AreRefused_AndSaidSo()
    {
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        var (jackKey, jennyKey) = (await NewIdentityAsync(Lab.Client, "jack.key"), await NewIdentityAsync(Lab.Server, "jenny.key"));
        var authorized = Path.Combine(Lab.Folder, "authorized");
        await File.WriteAllTextAsync(authorized, $"{jackKey.Pin} name=jack max-listeners=1\n");
        var jenny = Lab.Server.StartBurrow("jenny", "jenny", "--identity", jennyKey.File, "--authorized", authorized);
        var jack = Lab.Client.StartBurrow(
            "jack", "jack", JennyUrl, "--identity", jackKey.File, "--pin", jennyKey.Pin, "-R", Reverse, "-R", $"9101:127.0.0.1:{JackServicePort}");
        await jenny.WaitForLineAsync("1 listeners here and asks for more");
        await jack.WaitForLineAsync("limit reached");
        await jack.WaitForLineAsync("listens on port");
    }

    async Task<(string File, string Pin)> NewIdentityAsync(LabHost host, string name)
    {
        var file = Path.Combine(Lab.Folder, name);
        Assert.Equal(0, await host.StartBurrow("keys", "key", "new", "--identity", "-o", file).WaitForExitAsync());
        var pin = host.StartBurrow("keys", "key", "pin", file);
        Assert.Equal(0, await pin.WaitForExitAsync());
        return (file, pin.Lines.Select(line => line.Split(' ')[^1]).Last(word => word.Length > 20));
    }
}
