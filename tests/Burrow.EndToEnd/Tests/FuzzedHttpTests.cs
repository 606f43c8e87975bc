using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Requests of Burrow's own, spoilt at random, at Jenny's port: each is answered as by any web server or closed, and nobody else notices.</summary>
[Collection(Alone.Name)]
public sealed class FuzzedHttpTests : WebTunnelTest
{
    const int Requests = 1000;
    const int AtOnce = 16;
    const int Bound = 350_000_000;
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(1)]
    [InlineData(2, Traits = ["Category", "Soak"])]
    public async Task SpoiltRequests_AreAnsweredOrClosed_AndDisturbNobody(int seed)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, "--carrier", "cycles", "-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("before");
        var random = new Random(seed);
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests).Select(_ => Spoil(Valid(random), random)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, _) =>
        {
            var answer = await AskAsync(request);
            lock (answers) answers[answer] = answers.GetValueOrDefault(answer) + 1;
            Assert.False(answer == "HTTP/1.1 500", Encoding.Latin1.GetString(request));
        });
        Console.WriteLine($"{string.Join(", ", answers.Select(pair => $"{pair.Key}: {pair.Value}"))}; at most {Jenny.PeakMemory >> 20} MiB");
        await client.EchoAsync("after");
        Assert.False(Jenny.HasExited);
        Assert.InRange(Jenny.PeakMemory, 0, Bound);
        Assert.True(answers["HTTP/1.1 404"] > 0);
        // What is ours by chance, everybody's page, or nothing: no word of Kestrel's own.
        Assert.Empty(answers.Keys.Where(answer => answer.StartsWith("HTTP", StringComparison.Ordinal)).Except(["HTTP/1.1 404", "HTTP/1.1 200", "HTTP/1.1 101"]));
    }

    static byte[] Valid(Random random)
    {
        var id = $"{random.NextInt64():x16}{random.NextInt64():x16}";
        var number = random.Next(1_000_000);
        var path = random.Next(7) switch
        {
            0 => $"{id}/ws",
            1 => $"{id}/down",
            2 => $"{id}/up",
            3 => $"{id}/open",
            4 => $"{id}/end",
            5 => $"{id}/push/{number}/0/{random.Next(2)}/{number}",
            _ => $"{id}/pull/0/{number}/0/100/{number}",
        };
        var isPost = random.Next(2) == 0;
        var body = new byte[isPost ? random.Next(2000) : 0];
        random.NextBytes(body);
        var isChunked = isPost && random.Next(3) == 0;
        var fields = new List<string> { "Host: server.lab", "User-Agent: Mozilla/5.0", "Accept: */*" };
        if (path.EndsWith("ws", StringComparison.Ordinal)) fields.AddRange(["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]);
        if (isPost) fields.Add(isChunked ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}"));
        var head = Encoding.Latin1.GetBytes($"{(isPost ? "POST" : "GET")} /{path} HTTP/1.1\r\n{string.Join("\r\n", fields)}\r\n\r\n");
        return isChunked ? [.. head, .. Encoding.Latin1.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8] : [.. head, .. body];
    }

    static byte[] Spoil(byte[] request, Random random)
    {
        var bytes = request.ToList();
        for (var spoilt = random.Next(4); spoilt >= 0 && bytes.Count > 1; spoilt--)
        {
            // Mostly in the head, where there is something to understand.
            var at = random.Next(Math.Min(bytes.Count, random.Next(4) == 0 ? bytes.Count : 200));
            var count = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes.RemoveRange(at, count); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                case 3: bytes.InsertRange(at, "99999999999999999999"u8.ToArray()); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                case 5: bytes.InsertRange(at, "\r\n"u8.ToArray()); break;
                default: bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 50_000))); break;
            }
        }
        return [.. bytes];
    }

    /// <returns>The version and status of the first answer, or that there was none.</returns>
    async Task<string> AskAsync(byte[] request)
    {
        using var stranger = await Lab.Client.ConnectAsync(80, NetworkLab.ServerAddress);
        using var enough = new CancellationTokenSource();
        try
        {
            await stranger.SendAllAsync(request);
            stranger.Shutdown(SocketShutdown.Send);
            enough.CancelAfter(Patience);
            var answer = new byte[12];
            var count = await stranger.ReceiveAsync(answer, enough.Token);
            return count == 0 ? "closed" : Encoding.Latin1.GetString(answer, 0, count);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return error is SocketException ? "closed" : "waits";
        }
    }
}
