using System.Net;
using System.Net.Sockets;
using System.Text;
using Burrow.Carriers.Proxy;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Proxy;

/// <summary>Against a proxy that says, line by line, what the test wants.</summary>
public sealed class ProxyDialerTests : IDisposable
{
    readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ProxyDialerTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    static readonly Target Jenny = new("jenny.example", 7000);

    ProxyServer Proxy(ProxyKind kind, ProxyCredentials? credentials = null) => new(kind, new Target("127.0.0.1", ((IPEndPoint)_listener.LocalEndPoint!).Port), credentials);

    static async Task<string> HeadAsync(Socket socket)
    {
        var text = "";
        var one = new byte[1];
        while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one) == 1) text += (char)one[0];
        return text;
    }

    /// <summary>What is still sent before the connection ends, in order or by a reset.</summary>
    static async Task<string> WhatElseAsync(Socket socket)
    {
        try
        {
            return await HeadAsync(socket);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    static async Task SayAsync(Socket socket, string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    static ValueTask<DialResult> DialAsync(ProxyDialer dialer, ProxyServer proxy) => dialer.DialAsync(proxy, Jenny, TimeSpan.FromSeconds(20), default);

    [Fact]
    public async Task Connect_SendsPasswordAndHeadersAtOnce_AndLosesNoByteAfterTheHead()
    {
        var dialer = new ProxyDialer(ProxySettings.None.With("Lynx", [new("X-Site", "7")]));
        var dialling = DialAsync(dialer, Proxy(ProxyKind.Http, new ProxyCredentials("alice", "ä:b")));
        using var socket = await _listener.AcceptAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:ä:b"));
        Assert.Equal(
            $"CONNECT jenny.example:7000 HTTP/1.1\r\nHost: jenny.example:7000\r\nUser-Agent: Lynx\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic {basic}\r\nX-Site: 7\r\n\r\n", await HeadAsync(socket));
        await SayAsync(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nVia: x\r\n\r\nhello");
        var result = await dialling;
        Assert.True(result.Succeeded, result.Failure?.ToString());
        var buffer = new byte[16];
        Assert.Equal(5, await result.Connection.ReadAsync(buffer));
        await result.Connection.DisposeAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\n<html>", EndCause.Denied, "answered 403 Forbidden")]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", EndCause.Credential, "answered 407 Proxy Authentication Required; give a user")]
    [InlineData("HTTP/1.1 503 \x1b[31mRed\r\n\r\n", EndCause.Busy, "answered 503 ?[31mRed")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", EndCause.Protocol, "does not speak HTTP")]
    [InlineData("", EndCause.Closed, "hung up")]
    public async Task Refusal_IsOneLine(string answer, EndCause cause, string said)
    {
        var dialling = DialAsync(new ProxyDialer(ProxySettings.None), Proxy(ProxyKind.Http));
        using (var socket = await _listener.AcceptAsync())
        {
            await HeadAsync(socket);
            await SayAsync(socket, answer);
            socket.Shutdown(SocketShutdown.Send);
            var result = await dialling;
            Assert.Equal(cause, result.Failure!.Cause);
            Assert.Contains(said, result.Failure.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("html", result.Failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Digest_IsLearntOnce_AndCountsItsNonce()
    {
        var dialer = new ProxyDialer(ProxySettings.None);
        var proxy = Proxy(ProxyKind.Http, new ProxyCredentials("alice", "secret"));
        var first = DialAsync(dialer, proxy);
        using (var socket = await _listener.AcceptAsync())
        {
            await HeadAsync(socket);
            await SayAsync(socket, "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\nContent-Length: 4\r\n\r\npage");
            var again = await HeadAsync(socket);
            Assert.Contains("Digest username=\"alice\", realm=\"lab\", nonce=\"n1\", uri=\"jenny.example:7000\"", again, StringComparison.Ordinal);
            Assert.Contains("nc=00000001", again, StringComparison.Ordinal);
            await SayAsync(socket, "HTTP/1.1 200 OK\r\n\r\n");
            await (await first).Connection!.DisposeAsync();
        }
        var second = DialAsync(dialer, proxy);
        using (var socket = await _listener.AcceptAsync())
        {
            Assert.Contains("nc=00000002", await HeadAsync(socket), StringComparison.Ordinal);
            await SayAsync(socket, "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"lab\", nonce=\"n2\", qop=\"auth\", stale=true\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        // It closed: the answer goes with a new connection.
        using (var socket = await _listener.AcceptAsync())
        {
            Assert.Contains("nonce=\"n2\"", await HeadAsync(socket), StringComparison.Ordinal);
            await SayAsync(socket, "HTTP/1.1 200 OK\r\n\r\n");
            await (await second).Connection!.DisposeAsync();
        }
    }

    [Fact]
    public void Digest_SideBySide_UsesANonceForOneExchangeAtATime()
    {
        var authentication = new ProxyAuthentication(new ProxyCredentials("alice", "secret"));
        string Challenge(string nonce) => $"Digest realm=\"lab\", nonce=\"{nonce}\", qop=\"auth\"";
        using (var first = authentication.Begin("GET", "http://jenny/"))
        {
            first.Header();
            Assert.True(first.Challenged([Challenge("n1")]));
            Assert.Contains("nonce=\"n1\"", first.Header(), StringComparison.Ordinal);
            // n1 is in use: the other asks without any, and gets one of its own.
            using var other = authentication.Begin("GET", "http://jenny/");
            Assert.True(other.LacksNonce);
            Assert.Null(other.Header());
            Assert.True(other.Challenged([Challenge("n2")]));
            Assert.Contains("nonce=\"n2\"", other.Header(), StringComparison.Ordinal);
            first.Taken();
            other.Taken();
        }
        using var third = authentication.Begin("GET", "http://jenny/");
        using var fourth = authentication.Begin("GET", "http://jenny/");
        Assert.All((string[])[third.Header()!, fourth.Header()!], header => Assert.Contains("nc=00000002", header, StringComparison.Ordinal));
        // It was good before, so it grew old, whether the proxy says so or not.
        Assert.True(third.Challenged([Challenge("n3")]));
        Assert.Contains("nonce=\"n3\"", third.Header(), StringComparison.Ordinal);
        Assert.False(third.Challenged([Challenge("n4")])); // refused at once: the password is wrong
        // One use is what this proxy allows: what was used once is not tried again, nor is one whose use had no answer.
        fourth.Taken();
        using var fifth = authentication.Begin("POST", "http://jenny/");
        Assert.True(fifth.LacksNonce);
    }

    [Fact]
    public async Task WrongPassword_IsTriedOnce()
    {
        var dialling = DialAsync(new ProxyDialer(ProxySettings.None), Proxy(ProxyKind.Http, new ProxyCredentials("alice", "wrong")));
        using var socket = await _listener.AcceptAsync();
        await HeadAsync(socket);
        await SayAsync(socket, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"lab\"\r\nContent-Length: 0\r\n\r\n");
        Assert.Equal(EndCause.Credential, (await dialling).Failure!.Cause);
        Assert.Equal("", await WhatElseAsync(socket));
    }

    [Fact]
    public async Task Socks5_WithAPassword_SendsTheName()
    {
        var dialling = DialAsync(new ProxyDialer(ProxySettings.None), Proxy(ProxyKind.Socks5, new ProxyCredentials("me", "pw")));
        using var socket = await _listener.AcceptAsync();
        Assert.Equal([5, 2, 0, 2], await ExactlyAsync(socket, 4));
        await socket.SendAsync(new byte[] { 5, 2 });
        Assert.Equal([1, 2, .. "me"u8, 2, .. "pw"u8], await ExactlyAsync(socket, 7));
        await socket.SendAsync(new byte[] { 1, 0 });
        Assert.Equal([5, 1, 0, 3, 13, .. "jenny.example"u8, 0x1b, 0x58], await ExactlyAsync(socket, 20));
        await socket.SendAsync((byte[])[5, 0, 0, 3, 2, .. "xx"u8, 0, 0, .. "hi"u8]);
        var result = await dialling;
        Assert.True(result.Succeeded, result.Failure?.ToString());
        var buffer = new byte[16];
        Assert.Equal(2, await result.Connection.ReadAsync(buffer));
        await result.Connection.DisposeAsync();
    }

    [Theory]
    [InlineData(ProxyKind.Socks5, 5, EndCause.Refused)]
    [InlineData(ProxyKind.Socks5, 2, EndCause.Denied)]
    [InlineData(ProxyKind.Socks4a, 91, EndCause.Refused)]
    public async Task Socks_Refusal_HasItsCause(ProxyKind kind, byte code, EndCause cause)
    {
        var dialling = DialAsync(new ProxyDialer(ProxySettings.None), Proxy(kind));
        using var socket = await _listener.AcceptAsync();
        if (kind == ProxyKind.Socks5)
        {
            await ExactlyAsync(socket, 3);
            await socket.SendAsync(new byte[] { 5, 0 });
            await ExactlyAsync(socket, 20);
            await socket.SendAsync(new byte[] { 5, code, 0, 1, 0, 0, 0, 0, 0, 0 });
        }
        else
        {
            Assert.Equal([4, 1, 0x1b, 0x58, 0, 0, 0, 1, 0, .. "jenny.example"u8, 0], await ExactlyAsync(socket, 23));
            await socket.SendAsync(new byte[] { 0, code, 0, 0, 0, 0, 0, 0 });
        }
        Assert.Equal(cause, (await dialling).Failure!.Cause);
    }

    /// <summary>RFC 7616 3.9.1 and RFC 2617 3.5.</summary>
    [Theory]
    [InlineData("SHA-256", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "http-auth@example.org", "Circle of Life")]
    [InlineData("MD5", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "6629fae49393a05397450978507c4ef1", "5ccc069c403ebaf9f0171e9517f40e41", "0a4f113b", "testrealm@host.com", "Circle Of Life")]
    public void Digest_OfTheRfcsExamples_IsTheSame(string algorithm, string nonce, string response, string opaque, string clientNonce, string realm, string password)
    {
        var challenge = DigestChallenge.Parse($"Digest realm=\"{realm}\", qop=\"auth,auth-int\", algorithm={algorithm}, nonce=\"{nonce}\", opaque=\"{opaque}\"");
        Assert.NotNull(challenge);
        Assert.Contains($"response=\"{response}\"", challenge.Answer(new ProxyCredentials("Mufasa", password), "GET", "/dir/index.html", 1, clientNonce), StringComparison.Ordinal);
    }

    static async Task<byte[]> ExactlyAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at));
            Assert.True(read > 0);
            at += read;
        }
        return bytes;
    }

    public void Dispose() => _listener.Dispose();
}
