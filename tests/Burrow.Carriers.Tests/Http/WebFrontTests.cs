using System.Net;
using System.Net.Sockets;
using System.Text;
using Burrow.Carriers.Http.Client;
using Burrow.Carriers.Port;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Http;

public sealed class WebFrontTests
{
    static async Task<string> SayAsync(int port, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(WebPort.Timeout);
        }
        catch (IOException)
        {
            return ""; // reset
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("GET /00112233445566778899aabbccddeeff/ws HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("GET /x/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", "404")]
    [InlineData("GET /00112233445566778899aabbccddeeff/pull/0/100000/0/1000/1 HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("POST /00112233445566778899aabbccddeeff/push/0/0/0/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "404")]
    [InlineData("GET / HTTP/9.9\r\n\r\n", "404")]
    [InlineData("GARBAGE\r\n\r\n", "404")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "404")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "404")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", "404")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "404")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "404")]
    [InlineData("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", "404")]
    public async Task Stranger_GetsAPlainAnswer(string request, string status)
    {
        await using var port = await WebPort.StartAsync();
        var answer = await SayAsync(port.Number, request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Kestrel", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("404", (await port.TurnedAway.Reader.ReadAsync().AsTask().WaitAsync(WebPort.Timeout)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_MayAskAgainOnTheSameConnection()
    {
        await using var port = await WebPort.StartAsync();
        var answer = await SayAsync(port.Number, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /again HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(2, answer.Split("HTTP/1.1 404").Length - 1);
    }

    [Fact]
    public async Task Stranger_BeyondTheDeadline_IsEnded()
    {
        await using var port = await WebPort.StartAsync(PortLimits.Default with { Deadline = TimeSpan.FromMilliseconds(1) });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port.Number);
        await client.GetStream().WriteAsync("GET / HT"u8.ToArray());
        Assert.Equal(EndCause.TimedOut, (await port.TurnedAway.Reader.ReadAsync().AsTask().WaitAsync(WebPort.Timeout)).Cause);
    }

    [Fact]
    public async Task Stranger_WhoSaysMoreThanTheBound_IsEnded()
    {
        await using var port = await WebPort.StartAsync();
        await SayAsync(port.Number, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + new string('x', 100_000));
        Assert.Equal(EndCause.Limit, (await port.TurnedAway.Reader.ReadAsync().AsTask().WaitAsync(WebPort.Timeout)).Cause);
    }

    [Fact]
    public async Task Fuzz_WhateverIsSaid_TheNextCallerIsServed()
    {
        await using var port = await WebPort.StartAsync();
        var random = new Random(4);
        string[] seeds =
        [
            "GET /00112233445566778899aabbccddeeff/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\u0082\u0085aaaaa",
            "POST /00112233445566778899aabbccddeeff/open HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
            "POST /00112233445566778899aabbccddeeff/push/0/0/0/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
            "GET /00112233445566778899aabbccddeeff/pull/0/9999/0/10/1 HTTP/1.1\r\nHost: x\r\n\r\n",
        ];
        for (var i = 0; i < 300; i++)
        {
            var text = seeds[random.Next(seeds.Length)].ToCharArray();
            for (var edits = random.Next(6); edits >= 0; edits--) text[random.Next(1, text.Length)] = (char)random.Next(256);
            await SayAsync(port.Number, new string(text, 0, random.Next(1, text.Length + 1)));
        }
        await using var jack = await port.ConnectAsync(WebWay.WebSocket);
        await WebPort.EchoBackAsync(jack, 10_000);
    }
}
