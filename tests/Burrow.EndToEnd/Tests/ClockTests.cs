using System.Text.Json;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Somebody sets the clocks of both machines, to and fro by days, while a transfer runs and the path breaks: nothing of it matters.</summary>
public sealed class ClockTests : TunnelTest
{
    const long Length = 32 << 20;

    static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);

    [Theory]
    [InlineData("encrypted")]
    [InlineData("plaintext")]
    public async Task ClocksThatAreSet_DisturbNeitherTransferNorReconnectNorNewChannels(string mode)
    {
        var (his, hers) = (new WallClock(Path.Combine(Lab.Folder, "his-clock")), new WallClock(Path.Combine(Lab.Folder, "her-clock")));
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        Lab.Server.StartBurrow("jenny", descriptors: null, hers.Environment, "jenny", "--secret-file", Secret);
        var jack = Lab.Client.StartBurrow("jack", descriptors: null, his.Environment, "jack", JennyUrl, "--secret-file", Secret, "--mode", mode, "-L", Forward);
        using var client = await DialJackAsync();
        await client.SendTextAsync("!");
        var server = await service.CallerAsync(0);
        await server.ReceiveExactlyAsync(1);
        using var idle = await DialJackAsync();
        await idle.SendTextAsync("!");
        var idleServer = await service.CallerAsync(1);
        await idleServer.ReceiveExactlyAsync(1);
        var session = (await SessionAsync()).GetProperty("id").GetString();

        await Lab.Firewall.LimitRateAsync(100); // the transfer takes seconds
        var (up, down) = (new Pattern(1), new Pattern(2));
        var all = Task.WhenAll(up.SendAsync(client, Length), up.ReceiveAsync(server, Length), down.SendAsync(server, Length), down.ReceiveAsync(client, Length));
        (TimeSpan His, TimeSpan Hers)[] settings = [(TwoDays, TwoDays), (-TwoDays, -TwoDays), (TwoDays, -TwoDays), (-TwoDays, TwoDays)];
        for (var i = 0; i < settings.Length; i++)
        {
            // Spread over the bytes: each setting meets the transfer under way, whatever the machine's pace.
            var position = (i + 1) * 2 * Length / (settings.Length + 1);
            await Deadline.UntilAsync(() => all.IsFaulted || up.Received + down.Received >= position, TimeSpan.FromSeconds(60), "the transfer stands still");
            his.Set(settings[i].His);
            hers.Set(settings[i].Hers);
            await Lab.Firewall.ResetConnectionsAsync(); // the next handshake is made under the new clocks
        }

        await all.Within(60, "the whole transfer");
        var now = await SessionAsync();
        Assert.Equal(session, now.GetProperty("id").GetString());
        // Otherwise nothing was tested: his clock is the one that was set last, and the age of things is true all the same.
        Assert.InRange(now.GetProperty("since").GetDateTimeOffset() - DateTimeOffset.UtcNow, -TwoDays - TimeSpan.FromMinutes(10), -TwoDays);
        await idle.SendTextAsync("still here");
        Assert.Equal("still here", await idleServer.ReceiveTextAsync(10));
        using var fresh = await DialJackAsync();
        await fresh.SendTextAsync("fresh");
        Assert.Equal("fresh", await (await service.CallerAsync(2)).ReceiveTextAsync(5));
        Assert.False(jack.HasExited);
    }

    async Task<JsonElement> SessionAsync() => Assert.Single((await StatusTests.StatusAsync(Lab.Client, "jack")).GetProperty("sessions").EnumerateArray());
}
