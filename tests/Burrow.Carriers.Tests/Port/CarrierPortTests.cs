using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Hex;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Port;

public sealed class CarrierPortTests : IAsyncLifetime
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly KeyIdentity _jack = KeyIdentity.Create();
    readonly KeyIdentity _jenny = KeyIdentity.Create();
    readonly Channel<EndReason> _turnedAway = Channel.CreateUnbounded<EndReason>();
    readonly ConcurrentQueue<Caller> _served = [];
    ICarrierListener _listener = null!;
    CarrierPort _port = null!;
    Task _running = null!;

    public ValueTask InitializeAsync() => StartAsync(PortLimits.Default);

    async ValueTask StartAsync(PortLimits limits)
    {
        if (_running is not null) await StopAsync();
        Assert.True(CarrierUrl.TryParse("127.0.0.1:0", out var url, out _));
        _listener = (await CarrierRegistry.For(url).ListenAsync(url)).Value!;
        _port = new CarrierPort(new TlsServer(_jenny), EchoAsync, (_, reason) => _turnedAway.Writer.TryWrite(reason), limits);
        _running = _port.RunAsync(_listener);
    }

    async Task StopAsync()
    {
        await _listener.DisposeAsync();
        await _running.WaitAsync(Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _jack.Dispose();
        _jenny.Dispose();
    }

    /// <summary>Serves a caller by sending its bytes back; the word "admit" proves who it is.</summary>
    async Task EchoAsync(Caller caller)
    {
        _served.Enqueue(caller);
        var buffer = new byte[4096];
        int count;
        while ((count = await caller.Connection.ReadAsync(buffer)) > 0)
        {
            if (buffer.AsSpan(0, count).EndsWith("admit"u8)) caller.Admit();
            await caller.Connection.WriteAsync(buffer.AsMemory(0, count));
        }
        await caller.Connection.CompleteAsync();
    }

    async Task<Connection> DialAsync()
    {
        var result = await CarrierRegistry.For(_listener.Address).DialAsync(_listener.Address, Timeout, [], CancellationToken.None);
        return result.Value!.Value.Connection;
    }

    static async Task<byte[]> ReadAsync(Connection connection, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = await connection.ReadAsync(bytes.AsMemory(at)).AsTask().WaitAsync(Timeout);
            Assert.True(count > 0, $"{connection.End}");
            at += count;
        }
        return bytes;
    }

    [Fact]
    public async Task EachMode_IsToldByItsFirstByteWhichIsNotLost()
    {
        byte[] greeting = [0x81, 4, 0, 57, .. "admit"u8];
        var plain = await DialAsync();
        var hex = new HexConnection(await DialAsync());
        var tls = (await new TlsClient(_jack, [_jenny.Pin]).ConnectAsync(await DialAsync())).Connection!;
        foreach (var (connection, mode) in new (Connection, Mode)[] { (plain, Mode.Plaintext), (hex, Mode.Obfuscated), (tls, Mode.Encrypted) })
        {
            Assert.True(await connection.WriteAsync(greeting));
            Assert.Equal(greeting, await ReadAsync(connection, greeting.Length));
            Assert.Contains(_served, caller => caller.Mode == mode && caller.Group == "127.0.0.1" && (caller.PeerPin == _jack.Pin) == (mode == Mode.Encrypted));
            await connection.CompleteAsync();
            Assert.Equal(Connection.EndOfStream, await connection.ReadAsync(new byte[1]));
            await connection.DisposeAsync();
        }
        Assert.Equal(0, _port.HalfOpen);
    }

    [Fact]
    public async Task Http_IsAnsweredBy404()
    {
        var web = await DialAsync();
        await web.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var answer = Encoding.ASCII.GetString(await ReadAsync(web, 100));
        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        await web.CompleteAsync();
        while (await web.ReadAsync(new byte[100]) > 0) { }
        await web.DisposeAsync();
        Assert.Contains("404", (await _turnedAway.Reader.ReadAsync()).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x7f, 1, 2, 3 })]
    [InlineData(new byte[] { 0x16, 0x16, 0x16, 0x16, 0x16, 0x16, 0x16, 0x16 })]
    public async Task Garbage_IsClosedWithAReason(byte[] bytes)
    {
        await using var stranger = await DialAsync();
        await stranger.WriteAsync(bytes);
        Assert.True(await stranger.ReadAsync(new byte[100]).AsTask().WaitAsync(Timeout) <= 7); // an alert, an end or a reset
        Assert.Equal(EndCause.Protocol, (await _turnedAway.Reader.ReadAsync()).Cause);
    }

    [Fact]
    public async Task Unproved_MoreThanTheBound_IsNotRead()
    {
        await using var stranger = await DialAsync();
        await stranger.WriteAsync(Enumerable.Repeat((byte)0x81, 16 * 1024 + 1).ToArray());
        var got = 0;
        int count;
        while ((count = await stranger.ReadAsync(new byte[4096]).AsTask().WaitAsync(Timeout)) > 0) got += count;
        Assert.True(got <= 16 * 1024);
        await StopAsync(); // waits until it was served to its end
        Assert.Equal(EndCause.Limit, Assert.Single(_served).Connection.End!.Cause);
    }

    [Fact]
    public async Task Admitted_ReadsWithoutBound()
    {
        var jack = await DialAsync();
        await jack.WriteAsync((byte[])[0x81, .. "admit"u8]);
        await ReadAsync(jack, 6);
        var writing = jack.WriteAsync(new byte[200_000]).AsTask();
        await ReadAsync(jack, 200_000);
        Assert.True(await writing);
        await jack.DisposeAsync();
    }

    [Fact]
    public async Task Unproved_BeyondTheDeadline_IsEnded()
    {
        await StartAsync(PortLimits.Default with { Deadline = TimeSpan.FromMilliseconds(1) });
        await using var silent = await DialAsync();
        Assert.Equal(Connection.Aborted, await silent.ReadAsync(new byte[1]).AsTask().WaitAsync(Timeout));
        Assert.Equal(EndCause.TimedOut, (await _turnedAway.Reader.ReadAsync()).Cause);
    }

    [Theory]
    [InlineData(new byte[] { 0x81 }, (byte)0)] // a greeting without end
    [InlineData(new byte[] { (byte)'8' }, (byte)'0')]
    [InlineData(new byte[] { 0x16, 3, 1, 0x10, 0 }, (byte)0)]
    [InlineData(new byte[] { (byte)'G' }, (byte)'x')]
    public async Task Unproved_ATrickle_DoesNotOutliveTheDeadline(byte[] first, byte more)
    {
        await StartAsync(PortLimits.Default with { Deadline = TimeSpan.FromMilliseconds(500) });
        await using var slow = await DialAsync();
        await slow.WriteAsync(first);
        var end = Task.Run(async () =>
        {
            while (await slow.ReadAsync(new byte[1]) > 0) { }
        });
        while (await Task.WhenAny(end, Task.Delay(50)) != end) await slow.WriteAsync(new[] { more });
        await StopAsync(); // waits for all callers, but not for ever
    }

    [Fact]
    public async Task SilentTlsCallers_KeepNobodyFromComputing()
    {
        // As many as could ever compute at once begin a handshake and leave it there.
        var silent = new List<Connection>();
        for (var i = 0; i < 2 * Environment.ProcessorCount; i++)
        {
            silent.Add(await DialAsync());
            await silent[^1].WriteAsync(new byte[] { 0x16, 3, 1, 1 });
        }
        var jack = await new TlsClient(_jack, [_jenny.Pin]).ConnectAsync(await DialAsync()).AsTask().WaitAsync(Timeout);
        Assert.Null(jack.Failure);
        await jack.Connection!.DisposeAsync();
        foreach (var connection in silent) await connection.DisposeAsync();
    }

    [Fact]
    public async Task TwoThousandHalfOpenCallers_DoNotKeepARealJackOut()
    {
        var flood = new List<Connection>();
        for (var i = 0; i < 2000; i++)
        {
            var connection = await DialAsync();
            flood.Add(connection);
            if (i % 2 == 0) await connection.WriteAsync(new byte[] { 0x16, 3, 1 });
        }
        Assert.InRange(_port.HalfOpen, 1, 128);
        var jack = await new TlsClient(_jack, [_jenny.Pin]).ConnectAsync(await DialAsync()).AsTask().WaitAsync(Timeout);
        Assert.Null(jack.Failure);
        await jack.Connection!.WriteAsync("admit"u8.ToArray());
        Assert.Equal("admit"u8.ToArray(), await ReadAsync(jack.Connection, 5));
        await jack.Connection.DisposeAsync();
        foreach (var connection in flood) await connection.DisposeAsync();
    }
}
