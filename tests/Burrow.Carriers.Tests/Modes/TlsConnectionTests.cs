using System.Security.Cryptography;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Core;
using Burrow.Testing;
using Xunit;

namespace Burrow.Carriers.Tests.Modes;

public sealed class TlsConnectionTests : IDisposable
{
    readonly KeyIdentity _jack = KeyIdentity.Create();
    readonly KeyIdentity _jenny = KeyIdentity.Create();

    public void Dispose()
    {
        _jack.Dispose();
        _jenny.Dispose();
    }

    async Task<(TlsConnection Jack, TlsConnection Jenny)> OverAsync(Connection a, Connection b)
    {
        var accepting = new TlsServer(_jenny).AcceptAsync(b).AsTask();
        var connected = await new TlsClient(_jack, [_jenny.Pin]).ConnectAsync(a);
        var accepted = await accepting;
        Assert.Null(connected.Failure);
        Assert.Null(accepted.Failure);
        return (connected.Connection!, accepted.Connection!);
    }

    Task<(TlsConnection Jack, TlsConnection Jenny)> PairAsync(int maxRead = int.MaxValue)
    {
        var (a, b) = MemoryConnection.CreatePair(maxRead: maxRead);
        return OverAsync(a, b);
    }

    [Fact]
    public async Task Handshake_ShowsEachTheOthersPin()
    {
        var (jack, jenny) = await PairAsync();
        Assert.Equal(_jenny.Pin, jack.PeerPin);
        Assert.Equal(_jack.Pin, jenny.PeerPin);
    }

    [Fact]
    public async Task APeerThatHasProvedNothing_MakesUsHoldNoLargeBuffers()
    {
        const int SslStreamsOwn = 33 * 1024;
        var (a, b) = MemoryConnection.CreatePair();
        var (jack, jenny) = await OverAsync(a, b);
        async Task PassAsync()
        {
            var writing = jack.WriteAsync(new byte[100_000]).AsTask();
            var buffer = new byte[100_000];
            for (var at = 0; at < buffer.Length;) at += await jenny.ReadAsync(buffer.AsMemory(at));
            Assert.True(await writing);
        }

        await PassAsync();
        Assert.InRange(b.LargestRead, 1, SslStreamsOwn);
        jenny.StartBatching();
        await PassAsync();
        Assert.True(b.LargestRead > 200_000, $"{b.LargestRead}");
    }

    [Fact]
    public async Task Handshake_WithAnotherPin_IsACredentialFailureThatNamesBoth()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var accepting = new TlsServer(_jenny).AcceptAsync(b).AsTask();
        var result = await new TlsClient(_jack, [_jack.Pin]).ConnectAsync(a);
        Assert.Equal(EndCause.Credential, result.Failure!.Cause);
        Assert.Contains(_jenny.Pin.Text, result.Failure.Detail, StringComparison.Ordinal);
        Assert.Contains(_jack.Pin.Text, result.Failure.Detail, StringComparison.Ordinal);
        // TLS may have finished on Jenny's side before Jack looked at her key: then she sees him go without a word.
        var accepted = await accepting;
        if (accepted.Connection is { } jenny) Assert.Equal(Connection.Aborted, await jenny.ReadAsync(new byte[1]));
        else Assert.NotNull(accepted.Failure);
    }

    [Fact]
    public async Task Handshake_WithSomethingThatIsNoTls_IsAProtocolFailure()
    {
        var (a, b) = MemoryConnection.CreatePair();
        await a.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        Assert.Equal(EndCause.Protocol, (await new TlsServer(_jenny).AcceptAsync(b)).Failure!.Cause);
    }

    [Fact]
    public async Task Handshake_ThatIsAborted_EndsWithThatReason()
    {
        var (a, _) = MemoryConnection.CreatePair();
        var connecting = new TlsClient(_jack, [_jenny.Pin]).ConnectAsync(a).AsTask();
        var timedOut = new EndReason(EndPhase.Handshake, EndSide.Path, EndCause.TimedOut);
        a.Abort(timedOut);
        Assert.Equal(timedOut, (await connecting).Failure);
    }

    [Fact]
    public async Task Handshake_ThatTheOtherSideCloses_SaysSo()
    {
        var (a, b) = MemoryConnection.CreatePair();
        await b.CompleteAsync();
        Assert.Equal(EndCause.Closed, (await new TlsClient(_jack, [_jenny.Pin]).ConnectAsync(a)).Failure!.Cause);
    }

    [Fact]
    public async Task Handshake_ForAnotherServerName_IsRefused()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var accepting = new TlsServer(_jenny).AcceptAsync(b).AsTask();
        using var browser = new System.Net.Security.SslStream(new RecordStream(a));
        await Assert.ThrowsAnyAsync<IOException>(() => browser.AuthenticateAsClientAsync("www.example.org"));
        Assert.Contains("www.example.org", (await accepting).Failure!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task Bytes_ArriveAsTheyWereWritten(int maxRead)
    {
        var (jack, jenny) = await PairAsync(maxRead);
        await AssertTransferAsync(jack, jenny, 300_000, seed: 1);
        await AssertTransferAsync(jenny, jack, 300_000, seed: 2);
    }

    [Fact]
    public async Task SixtyFourMebibytes_OverSockets_ArriveInBothDirectionsAtOnce()
    {
        var (client, server) = await Loopback.TcpAsync();
        var (jack, jenny) = await OverAsync(client, server);
        await Task.WhenAll(AssertTransferAsync(jack, jenny, 64 << 20, seed: 3), AssertTransferAsync(jenny, jack, 64 << 20, seed: 4));
        Assert.True(await jack.CompleteAsync() && await jenny.CompleteAsync());
        Assert.Equal(Connection.EndOfStream, await jack.ReadAsync(new byte[1]));
        Assert.Equal(Connection.EndOfStream, await jenny.ReadAsync(new byte[1]));
        await jack.DisposeAsync();
        await jenny.DisposeAsync();
    }

    /// <summary>A wait can be awaited once only: whoever disposes waits for the waiter instead.</summary>
    [Fact]
    public async Task Dispose_WhileSomebodyWaitsForData_EndsTheWait()
    {
        for (var round = 0; round < 20; round++)
        {
            var (client, server) = await Loopback.TcpAsync();
            var (jack, jenny) = await OverAsync(client, server);
            var waiting = jenny.WaitReadableAsync().AsTask();
            await jenny.DisposeAsync();
            await waiting;
            Assert.Equal(Connection.Aborted, jenny.TryRead(new byte[1]));
            await jack.DisposeAsync();
        }
    }

    [Fact]
    public async Task TryRead_WhileSomebodyWaitsForData_LeavesTheWaitToHim()
    {
        var (client, server) = await Loopback.TcpAsync();
        var (jack, jenny) = await OverAsync(client, server);
        var buffer = new byte[100];
        for (var round = 0; round < 500; round++)
        {
            var waiting = jenny.WaitReadableAsync().AsTask();
            Assert.True(await jack.WriteAsync("first"u8.ToArray()));
            int count;
            while ((count = jenny.TryRead(buffer)) == Connection.WouldBlock) await Task.Yield();
            await waiting;
            Assert.Equal(5, count);
        }
        await jack.DisposeAsync();
        await jenny.DisposeAsync();
    }

    [Fact]
    public async Task TryRead_BeginsAWaitThatLosesNothing()
    {
        var (jack, jenny) = await PairAsync();
        var buffer = new byte[100];
        Assert.Equal(Connection.WouldBlock, jenny.TryRead(buffer));
        Assert.Equal(Connection.WouldBlock, jenny.TryRead(buffer));
        var read = jenny.ReadAsync(buffer).AsTask(); // takes the wait over
        await jack.WriteAsync("first"u8.ToArray());
        Assert.Equal(5, await read);

        Assert.Equal(Connection.WouldBlock, jenny.TryRead(buffer));
        await jack.WriteAsync("second"u8.ToArray());
        await jenny.WaitReadableAsync();
        await jenny.WaitReadableAsync();
        Assert.Equal(6, jenny.TryRead(buffer));
        Assert.Equal("second"u8.ToArray(), buffer[..6]);

        await jack.WriteAsync(new byte[250]);
        await jenny.WaitReadableAsync();
        Assert.Equal((100, 100, 50), (jenny.TryRead(buffer), jenny.TryRead(buffer), jenny.TryRead(buffer)));
        Assert.Equal(Connection.WouldBlock, jenny.TryRead(buffer));
        await jack.CompleteAsync();
        await jenny.WaitReadableAsync();
        Assert.Equal(Connection.EndOfStream, jenny.TryRead(buffer));
    }

    [Fact]
    public async Task Complete_IsAHalfClose()
    {
        var (jack, jenny) = await PairAsync();
        await jack.WriteAsync("last words"u8.ToArray());
        Assert.True(await jack.CompleteAsync());
        var buffer = new byte[100];
        Assert.Equal(10, await jenny.ReadAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await jenny.ReadAsync(buffer));
        await AssertTransferAsync(jenny, jack, 100_000, seed: 5);
        Assert.True(await jenny.CompleteAsync());
        Assert.Equal(Connection.EndOfStream, await jack.ReadAsync(buffer));
        Assert.Null(jack.End);
    }

    [Fact]
    public async Task EndWithoutCloseNotify_IsACutAndNoEndOfStream()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (_, jenny) = await OverAsync(a, b);
        await a.CompleteAsync(); // the transport ends, TLS does not
        Assert.Equal(Connection.Aborted, await jenny.ReadAsync(new byte[10]));
        Assert.Equal((EndSide.Path, EndCause.Closed), (jenny.End!.Side, jenny.End.Cause));
    }

    [Fact]
    public async Task Reset_IsAnAbortWithItsReason()
    {
        var (client, server) = await Loopback.TcpAsync();
        var (jack, jenny) = await OverAsync(client, server);
        jack.Abort(EndReason.Stopped);
        Assert.Equal(Connection.Aborted, await jenny.ReadAsync(new byte[10]));
        Assert.Equal(EndCause.Reset, jenny.End!.Cause);
        Assert.Equal(Connection.Aborted, await jack.ReadAsync(new byte[10]));
        Assert.False(await jack.WriteAsync(new byte[10]));
        Assert.False(await jack.CompleteAsync());
        await jack.DisposeAsync();
        await jenny.DisposeAsync();
    }

    [Fact]
    public async Task SpoiledRecord_IsAProtocolError()
    {
        var (a, b) = MemoryConnection.CreatePair();
        var (_, jenny) = await OverAsync(a, b);
        await a.WriteAsync((byte[])[23, 3, 3, 0, 32, .. new byte[32]]);
        Assert.Equal(Connection.Aborted, await jenny.ReadAsync(new byte[10]));
        Assert.Equal(EndCause.Protocol, jenny.End!.Cause);
    }

    [Fact]
    public async Task Abort_AtAnyTime_EndsReadsAndWrites()
    {
        var random = new Random(11);
        for (var i = 0; i < 60; i++)
        {
            var (client, server) = await Loopback.TcpAsync();
            var (jack, jenny) = await OverAsync(client, server);
            var writing = PumpAsync(jack);
            var reading = DrainAsync(jenny);
            var spins = random.Next(200);
            for (var spin = 0; spin < spins; spin++) await Task.Yield();
            (i % 2 == 0 ? jack : jenny).Abort(EndReason.Stopped);
            await Task.WhenAll(writing, reading);
            await jack.DisposeAsync();
            await jenny.DisposeAsync();
        }
    }

    static async Task PumpAsync(Connection connection)
    {
        var buffer = new byte[100_000];
        while (await connection.WriteAsync(buffer)) { }
    }

    static async Task DrainAsync(Connection connection)
    {
        var buffer = new byte[70_000];
        while (await connection.ReadAsync(buffer) > 0) { }
    }

    internal static async Task AssertTransferAsync(Connection from, Connection to, int length, int seed)
    {
        var random = new Random(seed);
        var data = new byte[length];
        random.NextBytes(data);
        var sizes = new Random(seed + 1);
        var sending = Task.Run(async () =>
        {
            for (var at = 0; at < length;)
            {
                var count = Math.Min(length - at, sizes.Next(1, length > 1 << 20 ? 300_000 : 40_000));
                Assert.True(await from.WriteAsync(data.AsMemory(at, count)));
                at += count;
            }
        });
        var received = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = await to.ReadAsync(received.AsMemory(at, Math.Min(length - at, 100_000)));
            Assert.True(count > 0);
            at += count;
        }
        await sending;
        Assert.Equal(SHA256.HashData(data), SHA256.HashData(received));
    }
}
