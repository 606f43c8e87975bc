using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>While there is no path: what is accepted, what is held, and what it costs.</summary>
public sealed class OutageTests : TunnelTest
{
    const int Megabyte = 1_000_000;

    [Fact, Trait("Promise", "R-BURROW-12")]
    public async Task AMegabyte_WrittenOnBothEndsDuringACut_IsAcceptedAndArrives()
    {
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.SendTextAsync("x");
        var server = await service.CallerAsync(0);
        await server.ReceiveExactlyAsync(1);
        await server.SendTextAsync("y");
        await client.ReceiveExactlyAsync(1);

        await Lab.Firewall.PowerOffAsync();
        var off = Task.Delay(TimeSpan.FromSeconds(15));
        var (up, down) = (new Pattern(1), new Pattern(2));
        await Task.WhenAll(up.SendAsync(client, Megabyte), down.SendAsync(server, Megabyte)).Within(10, "both ends write a megabyte while the path is down");
        Assert.Equal(0, client.Available + server.Available);
        await off;
        await Lab.Firewall.PowerOnAsync();
        await Task.WhenAll(up.ReceiveAsync(server, Megabyte), down.ReceiveAsync(client, Megabyte)).Within(30, "what was written arrives");
        Assert.Equal(0, client.Available + server.Available);
    }

    [Fact, Trait("Promise", "R-BURROW-15")]
    public async Task Connections_OpenedDuringAnOutage_AreHeldAndThenWork()
    {
        await using var there = SocketService.Echo(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        StartBoth();
        using var before = await DialJackAsync();
        await before.EchoAsync("before");
        using var beforeReverse = await DialJennyAsync();
        await beforeReverse.EchoAsync("before");

        await Lab.Firewall.PowerOffAsync();
        using var toJenny = await DialJackAsync();
        using var toJack = await DialJennyAsync();
        var echoes = Task.WhenAll(toJenny.EchoAsync("to Jenny", 60), toJack.EchoAsync("to Jack", 60));
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(echoes.IsCompleted);
        await Lab.Firewall.PowerOnAsync();
        await echoes;
    }

    [Fact]
    public async Task ClientsThatGiveUpDuringAnOutage_AreGoneAfterwards()
    {
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.SendTextAsync("x");
        var server = await service.CallerAsync(0);
        await server.ReceiveExactlyAsync(1);

        await Lab.Firewall.PowerOffAsync();
        await client.SendTextAsync("last words");
        client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await Lab.Firewall.PowerOnAsync();
        Assert.Equal("last words", System.Text.Encoding.UTF8.GetString(await server.ReceiveToEndAsync().Within(30, "the last words and the end")));
    }
}

/// <summary>A source that never stops meets an outage: the memory of both ends stays within its bound, and afterwards everything is there.</summary>
[Collection(Alone.Name)]
public sealed class MemoryTests : TunnelTest
{
    const long Bound = 350_000_000;
    const long Gigabyte = 1L << 30;

    [Fact, Trait("Promise", "R-BURROW-16")]
    public Task Outage_OfTwentySeconds_WithASourceOfOneGigabyte_StaysWithinTheBound() => StaysWithinTheBoundAsync(Gigabyte, TimeSpan.FromSeconds(20), 180);

    [Fact, Trait("Category", "Soak"), Trait("Promise", "R-BURROW-16")]
    public Task Outage_OfFiveMinutes_WithASourceOfTenGigabytes_StaysWithinTheBound() => StaysWithinTheBoundAsync(10 * Gigabyte, TimeSpan.FromMinutes(5), 900);

    async Task StaysWithinTheBoundAsync(long length, TimeSpan outage, double limit)
    {
        var sshd = await Sshd.StartAsync(Lab.Server, 7022);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny();
        StartJack("-L", Forward, "-L", "9022:127.0.0.1:7022", "-R", Reverse);
        using var client = await DialJackAsync();
        // One session stays idle throughout, except for its own clock; another says a word before and after.
        var ticking = sshd.Ssh(Lab.Client, 9022, Ticking.Command);
        var word = Path.Combine(Lab.Folder, "word");
        var idle = sshd.Ssh(Lab.Client, 9022, $"echo ready; while [ ! -e {word} ]; do sleep 0.5; done; echo still there");
        await idle.WaitForLineAsync("^ready$");
        await Ticking.GoesOnAsync(ticking);

        // Both directions of one connection at once: the sources block while the path is away.
        var (up, down) = (new Pattern(1), new Pattern(2));
        var sending = up.SendAsync(client, length);
        var server = await service.CallerAsync(0);
        var all = Task.WhenAll(sending, up.ReceiveAsync(server, length), down.SendAsync(server, length / 8), down.ReceiveAsync(client, length / 8));
        await Deadline.UntilAsync(() => all.IsFaulted || up.Received > length / 10, TimeSpan.FromSeconds(limit), "the transfer does not get under way");

        await Lab.Firewall.PowerOffAsync();
        await Task.Delay(outage);
        Assert.True(up.Sent < length, "the source was not held back");
        await Lab.Firewall.PowerOnAsync();

        await all.Within(limit, "the whole transfer");
        await Ticking.GoesOnAsync(ticking);
        await File.WriteAllTextAsync(word, "");
        await idle.WaitForLineAsync("^still there$");
        Assert.InRange(Jack.PeakMemory, 0, Bound);
        Assert.InRange(Jenny.PeakMemory, 0, Bound);
        TestContext.Current.TestOutputHelper?.WriteLine($"peak memory: Jack {Jack.PeakMemory / 1e6:f0} MB, Jenny {Jenny.PeakMemory / 1e6:f0} MB");
    }
}
