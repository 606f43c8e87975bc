using System.Net;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests;

public sealed class RelayTests
{
    static readonly EndReason OurReason = new(EndPhase.Relay, EndSide.Local, EndCause.Stopped, "test");

    readonly LeakCheckingPool _pool = new();

    // client ── near │ relay │ far ── server
    sealed record Joined(Connection Client, Connection Server, Relay Relay, Task<RelayResult> Result);

    async Task<Joined> JoinAsync(bool ipv6 = false)
    {
        var address = ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var (client, near) = await Loopback.TcpAsync(address);
        var (far, server) = await Loopback.TcpAsync(address);
        return Join(client, near, far, server);
    }

    Joined Join(Connection client, Connection near, Connection far, Connection server)
    {
        var relay = new Relay(near, far, _pool.Pool);
        return new Joined(client, server, relay, RunAsync());

        async Task<RelayResult> RunAsync()
        {
            var result = await relay.RunAsync();
            await near.DisposeAsync();
            await far.DisposeAsync();
            return result;
        }
    }

    static async Task SendPatternAsync(Connection connection, int seed, long length)
    {
        var pattern = new PatternStream(seed);
        var buffer = new byte[50_000];
        while (pattern.Offset < length)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - pattern.Offset));
            pattern.Next(part.Span);
            Assert.True(await connection.WriteAsync(part));
        }
        Assert.True(await connection.CompleteAsync());
    }

    static async Task ReceivePatternAsync(Connection connection, int seed, long length)
    {
        var pattern = new PatternStream(seed);
        var buffer = new byte[70_000];
        int count;
        while ((count = await connection.ReadAsync(buffer)) > 0) pattern.Verify(buffer.AsSpan(0, count));
        Assert.Equal(Connection.EndOfStream, count);
        Assert.Equal(length, pattern.Offset);
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(4, true)]
    public async Task MebibytesBothWays_ArriveByteForByte(int mebibytes, bool ipv6)
    {
        var length = (long)mebibytes << 20;
        var (client, server, _, result) = await JoinAsync(ipv6);
        await Task.WhenAll(
            Task.Run(() => SendPatternAsync(client, 1, length)),
            Task.Run(() => ReceivePatternAsync(server, 1, length)),
            Task.Run(() => SendPatternAsync(server, 2, length)),
            Task.Run(() => ReceivePatternAsync(client, 2, length)));
        Assert.Equal(new RelayResult(length, length, EndReason.Completed, null), await result);
        _pool.AssertAllReturned();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AnyPieces_ArriveByteForByte(int seed)
    {
        const long Length = 200_000;
        var (client, near) = MemoryConnection.CreatePair(capacity: 1000 * seed);
        var (far, server) = MemoryConnection.CreatePair(capacity: 777);
        var plan = new FaultPlan { MaxPiece = 1500 };
        var joined = Join(client, new FaultyConnection(near, plan, seed), new FaultyConnection(far, plan, seed + 100), server);
        await Task.WhenAll(
            SendPatternAsync(client, 1, Length), ReceivePatternAsync(server, 1, Length), SendPatternAsync(server, 2, Length), ReceivePatternAsync(client, 2, Length));
        Assert.Equal(new RelayResult(Length, Length, EndReason.Completed, null), await joined.Result);
        _pool.AssertAllReturned();
    }

    [Fact]
    public async Task HalfClose_IsPassedOn_AndTheOtherDirectionGoesOn()
    {
        var (client, server, _, result) = await JoinAsync();
        await client.WriteAsync("request"u8.ToArray());
        await client.CompleteAsync();
        var buffer = new byte[64];
        Assert.Equal(7, await server.ReadAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(buffer));
        Assert.False(result.IsCompleted);

        await server.WriteAsync("a longer answer"u8.ToArray());
        await server.CompleteAsync();
        Assert.Equal(15, await client.ReadAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(buffer));
        Assert.Equal(new RelayResult(7, 15, EndReason.Completed, null), await result);
        _pool.AssertAllReturned();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_IsPassedOn_EitherWay(bool byClient)
    {
        var (client, server, _, result) = await JoinAsync();
        var (from, other) = byClient ? (client, server) : (server, client);
        from.Abort(OurReason);
        Assert.Equal(Connection.Aborted, await other.ReadAsync(new byte[1]));
        Assert.Equal(EndCause.Reset, other.End?.Cause);
        var ended = await result;
        Assert.Equal(EndCause.Reset, ended.Reason.Cause);
        Assert.Equal(EndSide.Peer, ended.Reason.Side);
        Assert.Equal(byClient ? RelayEnd.First : RelayEnd.Second, ended.Failed);
        _pool.AssertAllReturned();
    }

    [Fact]
    public async Task IdleRelay_HoldsNoSlab()
    {
        var (client, server, _, result) = await JoinAsync();
        await client.WriteAsync(new byte[10]);
        Assert.Equal(10, await server.ReadAsync(new byte[64]));
        while (_pool.Outstanding > 0) await Task.Yield();
        client.Abort(OurReason);
        await result;
    }

    [Fact]
    public async Task ServerThatAnswersAndResetsAnUpload_IsHeardByTheClient()
    {
        var (client, near) = await Loopback.TcpAsync();
        var (farSocket, serverSocket) = await Loopback.TcpSocketsAsync();
        await serverSocket.SendAsync("413 too large"u8.ToArray());
        await client.WriteAsync(new byte[100_000]);
        serverSocket.Close(0);

        var joined = Join(client, near, new SocketConnection(farSocket), client);
        var buffer = new byte[64];
        Assert.Equal(13, await client.ReadAsync(buffer));
        Assert.Equal(Connection.Aborted, await client.ReadAsync(buffer));
        var ended = await joined.Result;
        Assert.Equal(RelayEnd.Second, ended.Failed);
        Assert.Equal(EndCause.Reset, ended.Reason.Cause);
        _pool.AssertAllReturned();
    }

    [Fact]
    public async Task SinkThatDiesWhileItsOwnBytesAreStuck_ResetsTheSource()
    {
        // The client only sends and never reads; the server has sent more than fits and then dies for writing.
        var (client, near) = MemoryConnection.CreatePair(capacity: 100);
        var (farInner, server) = MemoryConnection.CreatePair(capacity: 10_000);
        var far = new DeadForWriting(farInner);
        await server.WriteAsync(new byte[5000]);
        var joined = Join(client, near, far, server);
        while (joined.Relay.Backward == 0 && client.Buffered < 100) await Task.Yield();
        await client.WriteAsync(new byte[50]);
        var ended = await joined.Result;
        Assert.Equal(RelayEnd.Second, ended.Failed);
        Assert.Equal(Connection.Aborted, client.TryWrite(new byte[1]));
        _pool.AssertAllReturned();
    }

    [Fact]
    public async Task AbortsAtRandomMoments_AlwaysEndTheRelay_AndLeakNothing()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var (client, server, relay, result) = await JoinAsync();
            var sending = Task.Run(async () =>
            {
                while (await client.WriteAsync(new byte[30_000]))
                {
                }
            });
            var receiving = Task.Run(async () =>
            {
                while (await server.ReadAsync(new byte[30_000]) > 0)
                {
                }
            });
            var until = random.Next(1_000_000);
            while (relay.Forward < until) await Task.Yield();
            (random.Next(2) == 0 ? client : server).Abort(OurReason);
            await Task.WhenAll(sending, receiving, result);
            Assert.NotNull((await result).Failed);
            await client.DisposeAsync();
            await server.DisposeAsync();
        }
        _pool.AssertAllReturned();
    }

    /// <summary>Takes nothing, but its reads go on: as a socket whose peer has reset, while bytes still lie in its buffer.</summary>
    sealed class DeadForWriting(Connection inner) : Connection
    {
        public override int TryRead(Span<byte> buffer) => inner.TryRead(buffer);

        public override ValueTask WaitReadableAsync() => inner.WaitReadableAsync();

        public override int TryWrite(ReadOnlySpan<byte> buffer)
        {
            SetEnd(OurReason);
            return Aborted;
        }

        public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer) => new(TryWrite(buffer.Span) >= 0);

        public override ValueTask<bool> CompleteAsync() => new(false);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        protected override void AbortCore() => inner.Abort(End!);
    }
}
