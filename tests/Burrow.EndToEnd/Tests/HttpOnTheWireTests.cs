using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>All that passes between Jack and a proxy is HTTP/1.1, for a reader who knows nothing of Burrow.</summary>
[Collection(Alone.Name)]
public sealed class HttpOnTheWireTests : WebTunnelTest
{
    const int Count = 10 << 20;

    // What TLS, record heads and acknowledgements add is a few per cent; what was sent twice would be more.
    const double Most = 1.15;

    [Theory, Trait("Promise", "R-ERL-04"), Trait("Promise", "R-ERL-05"), Trait("Promise", "R-ERL-06"), Trait("Promise", "R-ERL-22")]
    [InlineData("http")]
    [InlineData("cycles")]
    public async Task EveryByte_BetweenJackAndSquid_IsHttp(string way)
    {
        await StartProxyAsync(WebRules.Open);
        await using var recorder = new CutProxy(Lab.FirewallHost, 3129, NetworkLab.GatewayAddress, Squid.Port);
        var wire = new WireRecorder(recorder);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        await Lab.Server.RunAsync(["nft", "-f", "-"], "table inet calls {\n  chain out { type filter hook output priority filter; oifname \"eth0\" tcp flags & (syn | ack) == syn counter; }\n}\n");
        var jack = StartJackThrough($"http://{NetworkLab.GatewayAddress}:3129", "--carrier", way, "-L", Forward);
        var (client, server) = await PairAsync(service);
        await BothWaysAsync(client, server, Count, out _, out _).Within(60, "ten megabytes both ways");
        await jack.WaitForLineAsync($"by {way} through http://{NetworkLab.GatewayAddress}:3129");
        client.Dispose();
        server.Dispose();
        await jack.EndAsync(Posix.SigTerm);
        await recorder.DisposeAsync();

        // Jenny's machine never calls: what goes down goes in answers.
        Assert.Contains("counter packets 0 ", await Lab.Server.RunAsync(["nft", "list", "table", "inet", "calls"]), StringComparison.Ordinal);
        var (requestBodies, answerBodies) = (0L, 0L);
        for (var connection = 0; connection < recorder.Accepted; connection++)
        {
            var requests = HttpWire.Requests(wire.Bytes(connection, up: true));
            var answers = HttpWire.Answers(wire.Bytes(connection, up: false), requests);
            // Only the last message of a connection may have been cut, by the end of the tunnel.
            Assert.All(requests.SkipLast(1).Concat(answers.SkipLast(1)), message => Assert.True(message.Whole, message.Start));
            Assert.All(requests, request => Assert.StartsWith("Mozilla/", request["User-Agent"], StringComparison.Ordinal));
            Assert.All(requests, request => Assert.Null(request["Proxy-Authorization"]));
            requestBodies += requests.Sum(request => request.Body);
            answerBodies += answers.Sum(answer => answer.Body);
        }
        Console.WriteLine($"{way}: {recorder.Accepted} connections, bodies of {requestBodies} bytes up and {answerBodies} down");
        Assert.InRange(requestBodies, Count, Most * Count);
        Assert.InRange(answerBodies, Count, Most * Count);
    }
}
