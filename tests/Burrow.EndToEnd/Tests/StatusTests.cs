using System.Text.Json;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>What <c>burrow status --json</c> says of running ends.</summary>
public sealed class StatusTests : TunnelTest
{
    [Fact]
    public async Task Status_OfBothEnds_NamesSessionCarrierMapsAndChannels_AndFollowsAnOutage()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.EchoAsync("hello");
        var jack = await StatusAsync(Lab.Client, "jack");
        Assert.Equal("jack", jack.GetProperty("process").GetProperty("role").GetString());
        var session = Assert.Single(jack.GetProperty("sessions").EnumerateArray());
        Assert.Equal("attached", session.GetProperty("state").GetString());
        Assert.Equal("encrypted", session.GetProperty("mode").GetString());
        Assert.Equal(1, session.GetProperty("channels").GetInt32());
        var carrier = session.GetProperty("carrier");
        Assert.Equal("tcp", carrier.GetProperty("kind").GetString());
        Assert.Equal($"{NetworkLab.ServerAddress}:{BurrowProgram.DefaultPort}", carrier.GetProperty("remote").GetString());
        var forward = jack.GetProperty("maps").EnumerateArray().Single(map => map.GetProperty("text").GetString()!.Contains("=>", StringComparison.Ordinal));
        Assert.Equal("listening", forward.GetProperty("state").GetString());
        Assert.Equal(5, forward.GetProperty("sentBytes").GetInt64());
        Assert.Equal(5, forward.GetProperty("receivedBytes").GetInt64());
        var jenny = await StatusAsync(Lab.Server, "jenny");
        Assert.Equal(session.GetProperty("id").GetString(), Assert.Single(jenny.GetProperty("sessions").EnumerateArray()).GetProperty("id").GetString());

        await Lab.Firewall.PowerOffAsync();
        await client.SendTextAsync("x");
        await Deadline.UntilAsync(async () => Only(await StatusAsync(Lab.Client, "jack")).GetProperty("state").GetString() == "detached", TimeSpan.FromSeconds(30), "the status does not say detached");
        await Lab.Firewall.PowerOnAsync();
        await client.ReceiveTextAsync(1).Within(30, "the echo after the outage");
        Assert.Equal("attached", Only(await StatusAsync(Lab.Client, "jack")).GetProperty("state").GetString());
        Assert.True(Only(await StatusAsync(Lab.Client, "jack")).GetProperty("reconnects").GetInt32() >= 1);
    }

    [Fact]
    public async Task TwoPaths_ShareTheConnections_AndEachHeals()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny();
        StartJack("--paths", "2", "-L", Forward);
        (await DialJackAsync()).Dispose();
        await Deadline.UntilAsync(
            async () => (await StatusAsync(Lab.Client, "jack")).GetProperty("sessions").EnumerateArray().Count(session => session.GetProperty("state").GetString() == "attached") == 2,
            TimeSpan.FromSeconds(20), "there are not two sessions");
        using var first = await DialJackAsync();
        await first.EchoAsync("first");
        using var second = await DialJackAsync();
        await second.EchoAsync("second");
        Assert.All((await StatusAsync(Lab.Client, "jack")).GetProperty("sessions").EnumerateArray(), session => Assert.Equal(1, session.GetProperty("channels").GetInt32()));
        await Lab.Firewall.ResetConnectionsAsync();
        await first.EchoAsync("first again");
        await second.EchoAsync("second again");
    }

    [Fact]
    public async Task ADirectoryOrASecretOfSomebodyElse_IsRefused()
    {
        var run = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, "jack", "run", "burrow")).FullName;
        await Lab.Client.RunAsync(["chown", "12345", run]);
        var status = Lab.Client.StartBurrow("jack", "status");
        Assert.Equal(1, await status.WaitForExitAsync());
        await status.WaitForLineAsync("belongs to somebody else \\(uid 12345\\)");

        await Lab.Client.RunAsync(["chown", "12345", Secret]);
        var jack = StartJack("-L", Forward);
        Assert.Equal(2, await jack.WaitForExitAsync());
        await jack.WaitForLineAsync("secret: refused, because it belongs to uid 12345");
    }

    static JsonElement Only(JsonElement status) => Assert.Single(status.GetProperty("sessions").EnumerateArray());

    internal static async Task<JsonElement> StatusAsync(LabHost host, string user)
    {
        // It may be asked before it has come as far as answering.
        var deadline = new Deadline(TimeSpan.FromSeconds(10), $"the {user} of {host.Name} has no status");
        while (true)
        {
            var status = host.StartBurrow(user, "status", "--json");
            Assert.Equal(0, await status.WaitForExitAsync());
            if (!status.Output.Contains("Nothing is running", StringComparison.Ordinal)) return Assert.Single(JsonDocument.Parse(status.Output).RootElement.EnumerateArray());
            await deadline.PollAsync();
        }
    }
}
