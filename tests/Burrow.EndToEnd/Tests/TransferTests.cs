using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Many connections under load over a path that is cut again and again: every byte arrives, once, in order, on the right one.</summary>
[Collection(Alone.Name)]
public sealed class TransferTests : TunnelTest
{
    const int Channels = 20;
    const int Cuts = 30;
    const int Mebibyte = 1 << 20;

    [Theory, Trait("Promise", "R-BURROW-08"), Trait("Promise", "R-BURROW-13")]
    [InlineData("encrypted")]
    [InlineData("obfuscated")]
    [InlineData("plaintext")]
    public Task TwentyChannels_BothWays_ThirtyCuts(string mode) => SurvivesAsync(mode, 4 * Mebibyte, seed: 1);

    [Theory, Trait("Category", "Soak")]
    [InlineData("encrypted", 1)]
    [InlineData("encrypted", 2)]
    [InlineData("obfuscated", 3)]
    [InlineData("plaintext", 4)]
    public Task TwentyChannels_TwentyMebibytesBothWays_ThirtyCuts(string mode, int seed) => SurvivesAsync(mode, 20 * Mebibyte, seed);

    [Fact, Trait("Promise", "R-BURROW-09")]
    public async Task AHundredClients_EachGetTheirOwnStream()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartBoth();
        (await DialJackAsync()).Dispose();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var client = await DialJackAsync();
            var pattern = new Pattern((ulong)i);
            await Task.WhenAll(pattern.SendAsync(client, 64 * 1024), pattern.ReceiveAsync(client, 64 * 1024));
        })).Within(60, "a hundred clients");
        Assert.InRange(echo.Callers.Count, 100, 101);
    }

    async Task SurvivesAsync(string mode, long length, int seed)
    {
        await using var proxy = new CutProxy(Lab.FirewallHost, 8000, NetworkLab.ServerAddress, BurrowProgram.DefaultPort);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny();
        StartJackBy($"tcp://{NetworkLab.GatewayAddress}:{proxy.Port}", "--mode", mode, "-L", Forward);
        var clients = new List<Socket>();
        var patterns = new List<Pattern>();
        var transfers = new List<Task>();
        for (var i = 0; i < Channels; i++)
        {
            var client = await DialJackAsync();
            var (up, down) = (new Pattern((ulong)(2 * i)), new Pattern((ulong)(2 * i + 1)));
            // Which caller of the service is which client is not known before its first bytes, so they come one after the other.
            await client.SendTextAsync("!");
            var server = await service.CallerAsync(i);
            await server.ReceiveExactlyAsync(1);
            clients.Add(client);
            patterns.AddRange([up, down]);
            transfers.AddRange([up.SendAsync(client, length), up.ReceiveAsync(server, length), down.SendAsync(server, length), down.ReceiveAsync(client, length)]);
        }

        var all = Task.WhenAll(transfers);
        var random = new Random(seed);
        for (var cut = 1; cut <= Cuts; cut++)
        {
            // Cuts are spread over the bytes, not over the time: each of them hits a transfer under way, however quick the machine is.
            var position = cut * (2 * Channels * length) / (Cuts + 1);
            await Deadline.UntilAsync(() => transfers.Exists(t => t.IsFaulted) || patterns.Sum(p => p.Received) >= position, TimeSpan.FromSeconds(60), $"nothing moves before cut {cut}");
            await CutAsync(proxy, random, cut);
        }

        await all.Within(120, "all transfers");
        Assert.All(clients, client => Assert.Equal(0, client.Available));
        foreach (var client in clients) client.Dispose();
    }

    async Task CutAsync(CutProxy proxy, Random random, int number)
    {
        var moment = TimeSpan.FromMilliseconds(random.Next(20, 1500));
        switch (number % 9)
        {
            case 0: proxy.Reset(); break;
            case 1: proxy.Close(); break;
            case 2: proxy.ResetAfter(random.Next(1, 100_000)); break;
            case 3: await Lab.Firewall.RebootAsync(moment); break;
            case 4: await Lab.Firewall.ResetConnectionsAsync(); break;
            case 5: await HoleAsync(Direction.ToServer); break;
            case 6: await HoleAsync(Direction.ToClient); break;
            case 7: await HoleAsync(Direction.Both); break;
            default:
                proxy.Pause();
                await Task.Delay(moment);
                proxy.Resume();
                break;
        }

        async Task HoleAsync(Direction direction)
        {
            await Lab.Firewall.OpenHoleAsync(direction);
            await Task.Delay(moment * 2);
            await Lab.Firewall.CloseHoleAsync();
        }
    }
}
