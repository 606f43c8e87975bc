using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>HTTP to Jenny without a proxy: as any browser would ask a web server, over connections that stay open.</summary>
[Collection(Alone.Name)]
public sealed class DirectHttpTests : WebTunnelTest
{
    const int Count = 10 << 20;

    // Four requests with bytes and four for bytes may be under way at once; each has a connection to itself, and it serves the next one.
    const int MostConnections = 8;

    [Theory, Trait("Promise", "R-ERL-16"), Trait("Promise", "R-ERL-23")]
    [InlineData("cycles", MostConnections)]
    [InlineData("http", 2)]
    public async Task WithoutAProxy_RequestsAreInOriginForm_OverConnectionsThatPersist(string way, int most)
    {
        await using var path = new CutProxy(Lab.FirewallHost, 80, NetworkLab.ServerAddress, 80);
        var recorder = new WireRecorder(path);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy($"http://{NetworkLab.GatewayAddress}/", "--carrier", way, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await BothWaysAsync(client, server, Count, out _, out _).Within(60, "ten megabytes both ways");
        for (var i = 0; i < 100; i++) await PingPongAsync(client, server);
        await Jack.WaitForLineAsync($"is up by {way} ");
        client.Dispose();
        server.Dispose();
        await Jack.EndAsync(Posix.SigTerm);
        await path.DisposeAsync();

        var requests = Enumerable.Range(0, path.Accepted).Select(connection => HttpWire.Requests(recorder.Bytes(connection, up: true), isToProxy: false)).ToList();
        Console.WriteLine($"{way}: {requests.Sum(messages => messages.Count)} requests over {path.Accepted} connections");
        Assert.InRange(path.Accepted, 1, most);
        Assert.All(requests.SelectMany(messages => messages), request =>
        {
            Assert.Equal(NetworkLab.GatewayAddress, request["Host"]);
            Assert.DoesNotContain(request.Fields, field => field.Name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) || field.Name.Equals("Via", StringComparison.OrdinalIgnoreCase));
            Assert.NotEqual("close", request["Connection"]);
        });
        if (way == "cycles") Assert.True(requests.Max(messages => messages.Count) >= 100, "no connection carried a hundred cycles");
    }

    static async Task PingPongAsync(System.Net.Sockets.Socket client, System.Net.Sockets.Socket server)
    {
        await client.SendTextAsync("?");
        await server.ReceiveExactlyAsync(1);
        await server.SendTextAsync("!");
        await client.ReceiveExactlyAsync(1);
    }

    [Fact, Trait("Promise", "R-ERL-28")]
    public async Task IdsOfNobody_AreAnsweredAsAnyPageThatIsNotThere()
    {
        StartJenny("--listen", "tcp://*:80");
        (await Lab.Server.ConnectWhenListeningAsync(80)).Dispose();
        var id = new string('a', 32);
        async Task<string> AskAsync(params string[] arguments) => await Lab.Client.RunAsync(["curl", "-sS", "-i", "-m", "20", .. arguments]);
        var page = await AskAsync($"{WebUrl}index.html");
        Assert.StartsWith("HTTP/1.1 404 Not Found", page, StringComparison.Ordinal);
        string[][] all =
        [
            [$"{WebUrl}{id}/pull/0/1000/0/1000/1"], ["--data-binary", "abc", $"{WebUrl}{id}/push/0/0/0/1"], ["--data-binary", "", $"{WebUrl}{id}/end"], ["--data-binary", "abc", $"{WebUrl}{id}/up"],
        ];
        foreach (var request in all) Assert.Equal(Undated(page), Undated(await AskAsync(request)));
    }

    static string Undated(string answer) => string.Join('\n', answer.Split('\n').Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)));
}
