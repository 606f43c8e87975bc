using System.Text;
using Burrow.Core;
using Burrow.Endpoints.Inbounds.Dynamic;
using Burrow.Endpoints.Inbounds.HttpProxy;
using Xunit;

namespace Burrow.Endpoints.Tests.Inbounds.Dynamic;

public sealed class HttpProxyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connect_WithDataInTheSameSegment_IsATunnel(bool slowly)
    {
        await using var client = Client.Start();
        await client.SayAsync("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: x\r\n\r\nhello", slowly);
        var accepted = await client.AcceptedAsync();
        Assert.Equal(new Target("2001:db8::1", 443), accepted.Target);
        Assert.Equal("hello", await Client.ReadAsync(accepted, 5));
        Assert.Equal(0, client.Own.Buffered);
        accepted.Opened();
        Assert.Equal("HTTP/1.1 200 Connection established\r\n\r\n", Encoding.ASCII.GetString(await client.HearAsync(39)));
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData(EndCause.Refused, "502 ", "connection_refused")]
    [InlineData(EndCause.Unreachable, "502 ", "destination_ip_unroutable")]
    [InlineData(EndCause.UnknownHost, "502 ", "dns_error")]
    [InlineData(EndCause.Denied, "403 ", "destination_ip_prohibited")]
    [InlineData(EndCause.TimedOut, "504 ", "connection_timeout")]
    public async Task Failure_IsToldByItsStatus(EndCause cause, string status, string error)
    {
        foreach (var request in (string[])["CONNECT web.example:443 HTTP/1.1\r\n\r\n", "GET http://web.example/ HTTP/1.1\r\n\r\n"])
        {
            await using var client = Client.Start();
            await client.SayAsync(request);
            var accepted = await client.AcceptedAsync();
            accepted.Abort(new EndReason(EndPhase.Dial, EndSide.Far, cause, "web.example"));
            var disposing = accepted.DisposeAsync();
            var answer = await client.HearAllAsync();
            Assert.StartsWith("HTTP/1.1 " + status, answer, StringComparison.Ordinal);
            Assert.Contains("error=" + error, answer, StringComparison.Ordinal);
            await client.Own.CompleteAsync();
            await disposing;
        }
    }

    [Theory]
    [InlineData("GET http://web.example/a?b=c HTTP/1.1", "web.example", 80, "GET /a?b=c HTTP/1.1", "web.example")]
    [InlineData("GET http://web.example:8080 HTTP/1.0", "web.example", 8080, "GET / HTTP/1.0", "web.example:8080")]
    [InlineData("GET HTTP://me:secret@[::1]:81?x HTTP/1.1", "::1", 81, "GET /?x HTTP/1.1", "[::1]:81")]
    [InlineData("OPTIONS http://web.example HTTP/1.1", "web.example", 80, "OPTIONS * HTTP/1.1", "web.example")]
    public async Task Request_IsRewrittenForTheServer(string line, string host, int port, string sent, string hostSent)
    {
        await using var client = Client.Start();
        await client.SayAsync($"{line}\r\nHost: other\r\nProxy-Connection: keep-alive\r\nConnection: X-Hop, keep-alive, content-length\r\nX-Hop: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Authorization: Basic eDp5\r\nAccept: */*\r\n\r\n");
        var accepted = await client.AcceptedAsync();
        Assert.Equal(new Target(host, port), accepted.Target);
        var expected = $"{sent}\r\nHost: {hostSent}\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        Assert.Equal(expected, await Client.ReadAsync(accepted, expected.Length));
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5;x=\"y\"\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n")]
    [InlineData("Content-Length: 0\r\n", "")]
    [InlineData("", "")]
    public async Task Body_EndsWhereItEnds_AndWhatFollowsReachesNobody(string framing, string body)
    {
        foreach (var slowly in (bool[])[false, true])
        {
            await using var client = Client.Start();
            await client.SayAsync($"POST http://a/ HTTP/1.1\r\n{framing}\r\n{body}GET http://other/ HTTP/1.1\r\n\r\n", slowly);
            await client.Own.CompleteAsync();
            var accepted = await client.AcceptedAsync();
            var sent = new StringBuilder();
            var buffer = new byte[4096];
            int count;
            while ((count = await accepted.ReadAsync(buffer)) > 0) sent.Append(Encoding.Latin1.GetString(buffer, 0, count));
            Assert.Equal(Connection.EndOfStream, count);
            Assert.Equal($"POST / HTTP/1.1\r\nHost: a\r\n{framing}Connection: close\r\n\r\n{body}", sent.ToString());
            await accepted.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "400 ")]
    [InlineData("GET ftp://x/ HTTP/1.1\r\n\r\n", "501 ")]
    [InlineData("GET https://x/ HTTP/1.1\r\n\r\n", "501 ")]
    [InlineData("CONNECT x HTTP/1.1\r\n\r\n", "400 ")]
    [InlineData("CONNECT x:0 HTTP/1.1\r\n\r\n", "400 ")]
    [InlineData("nonsense\r\n\r\n", "400 ")]
    [InlineData("GET http://x/ HTTP/2\r\n\r\n", "400 ")]
    [InlineData("GET http://x/ HTTP/1.1\r\nA : b\r\n\r\n", "400 ")]
    [InlineData("GET http://x/ HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", "400 ")]
    [InlineData("POST http://x/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400 ")]
    [InlineData("POST http://x/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 ")]
    [InlineData("POST http://x/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "400 ")]
    public async Task WhatIsNoRequestForAProxy_IsAnsweredAndClosed(string request, string status)
    {
        await using var client = Client.Start();
        await client.SayAsync(request);
        await client.Own.CompleteAsync();
        Assert.StartsWith("HTTP/1.1 " + status, await client.HearAllAsync(), StringComparison.Ordinal);
        Assert.False((await client.Reading).Succeeded);
    }

    [Fact]
    public async Task AHeadWithoutEnd_IsBounded()
    {
        await using var client = Client.Start();
        await client.SayAsync("GET http://x/ HTTP/1.1\r\nA: " + new string('a', 40_000));
        await client.Own.CompleteAsync();
        Assert.StartsWith("HTTP/1.1 431 ", await client.HearAllAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sam:p:w", true)]
    [InlineData("sam:wrong", false)]
    public async Task Users_AreAskedForAPassword(string pair, bool right)
    {
        Assert.True(ProxyUsers.TryParse("sam:p:w", out var users, out _));
        await using var bare = Client.Start(users);
        await bare.SayAsync("CONNECT x:1 HTTP/1.1\r\n\r\n");
        await bare.Own.CompleteAsync();
        Assert.Contains("Proxy-Authenticate: Basic", await bare.HearAllAsync(), StringComparison.Ordinal);
        await using var client = Client.Start(users);
        await client.SayAsync($"CONNECT x:1 HTTP/1.1\r\nProxy-Authorization: basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}\r\n\r\n");
        await client.Own.CompleteAsync();
        Assert.Equal(right, (await client.Reading.WaitAsync(TimeSpan.FromSeconds(20))).Succeeded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Answer_LosesWhatHoldsForOneHop_InWhateverPiecesItComes(int piece)
    {
        await using var client = Client.Start();
        await client.SayAsync("GET http://a/ HTTP/1.1\r\n\r\n");
        var accepted = await client.AcceptedAsync();
        accepted.Opened();
        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 8\r\n\r\nb\r\n\r\nody");
        for (var at = 0; at < answer.Length; at += piece)
            Assert.True(await accepted.WriteAsync(answer.AsMemory(at, Math.Min(piece, answer.Length - at))));
        Assert.True(await accepted.CompleteAsync());
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nb\r\n\r\nody", await client.HearAllAsync());
        await accepted.DisposeAsync();
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n A: folded\r\n\r\n")]
    [InlineData("")]
    public async Task AnAnswerThatIsNone_Becomes502(string answer)
    {
        await using var client = Client.Start();
        await client.SayAsync("GET http://a/ HTTP/1.1\r\n\r\n");
        var accepted = await client.AcceptedAsync();
        accepted.Opened();
        if (answer.Length == 0) Assert.True(await accepted.CompleteAsync());
        else Assert.False(await accepted.WriteAsync(Encoding.ASCII.GetBytes(answer)));
        var disposing = answer.Length == 0 ? default : accepted.DisposeAsync();
        Assert.StartsWith("HTTP/1.1 502 ", await client.HearAllAsync(), StringComparison.Ordinal);
        await client.Own.CompleteAsync();
        await disposing;
        await accepted.DisposeAsync();
    }

    [Fact]
    public void Rewriter_TakesNoMoreThanTheHead_AndNeverTooMuch()
    {
        var rewriter = new ResponseRewriter();
        Assert.NotNull(rewriter.Feed("HTTP/1.1 200 OK\r\n\r\nbody"u8, out var consumed));
        Assert.Equal(19, consumed);
        Assert.True(rewriter.IsOver);
        var endless = new ResponseRewriter();
        Assert.NotNull(endless.Feed("HTTP/1.1 200 OK\r\nA: "u8, out _));
        Assert.Null(endless.Feed(new byte[70_000], out _));
    }
}
