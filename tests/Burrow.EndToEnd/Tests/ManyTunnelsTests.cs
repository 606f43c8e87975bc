using System.Globalization;
using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>A thousand connections at once through a Squid, and many sessions beside each other.</summary>
[Collection(Alone.Name)]
public sealed class ManyTunnelsTests : WebTunnelTest
{
    const int Clients = 1000;
    const int AtOnce = 50;

    // What both programs take before the first client, and then 256 KiB for each of them: an idle connection holds no buffer.
    const long MostMemory = 300L << 20;

    [Theory, Trait("Promise", "R-ERL-11")]
    [InlineData("http", 1)]
    [InlineData("cycles", 16)]
    public async Task ThousandConnections_EachHearItsOwnWords_AndMemoryIsBounded(string way, int sessions)
    {
        await StartProxyAsync(WebRules.Open);
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThroughProxy("--carrier", way, "--paths", sessions.ToString(CultureInfo.InvariantCulture), "-L", Forward);
        using (var first = await DialJackAsync()) await first.EchoAsync("first", seconds: 60);
        Report("before", jack);
        var clients = new Socket[Clients];
        await EachAsync(async i => clients[i] = await Lab.Client.ConnectAsync(JackPort, limit: TimeSpan.FromSeconds(30)));
        // In another order than they came, so that two that were exchanged would show.
        for (var round = 1; round <= 3; round++) await EachAsync(i => clients[i * 7 % Clients].EchoAsync($"client {i * 7 % Clients} in round {round}", seconds: 60));
        Report("a thousand", jack);
        Assert.InRange(jack.PeakMemory, 0, MostMemory);
        Assert.InRange(Jenny.PeakMemory, 0, MostMemory);
        foreach (var client in clients) client.Dispose();
        Assert.False(jack.HasExited || Jenny.HasExited);
        using var last = await DialJackAsync();
        await last.EchoAsync("last", seconds: 30);
    }

    static Task EachAsync(Func<int, Task> act) =>
        Parallel.ForEachAsync(Enumerable.Range(0, Clients), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await act(i));

    void Report(string when, LabProcess jack) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{when}: Jack {jack.PeakMemory >> 20} MiB at most, {jack.CpuTime.TotalSeconds:0.0} s of CPU; Jenny {Jenny.PeakMemory >> 20} MiB, {Jenny.CpuTime.TotalSeconds:0.0} s"));
}
