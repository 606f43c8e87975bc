using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Kit;

/// <summary>The kit that all other tests trust.</summary>
public sealed class TestKitTests
{
    static readonly EndReason OurReason = new(EndPhase.Relay, EndSide.Local, EndCause.Stopped, "test");

    [Fact]
    public async Task MemoryConnection_HoldsItsCapacity_AndHalfCloses()
    {
        var (first, second) = MemoryConnection.CreatePair(capacity: 10);
        Assert.Equal(10, first.TryWrite(new byte[15]));
        Assert.Equal(0, first.TryWrite(new byte[1]));
        var write = first.WriteAsync(new byte[3]).AsTask();
        Assert.Equal(10, second.TryRead(new byte[20]));
        Assert.True(await write);
        await first.CompleteAsync();
        Assert.Equal(3, await second.ReadAsync(new byte[20]));
        Assert.Equal(Connection.EndOfStream, await second.ReadAsync(new byte[20]));
        Assert.True(await second.WriteAsync(new byte[2]));
        await second.CompleteAsync();
        Assert.Equal(2, await first.ReadAsync(new byte[5]));
        Assert.Equal(Connection.EndOfStream, first.TryRead(new byte[5]));
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal(EndReason.Completed, first.End);
    }

    [Fact]
    public async Task MemoryConnection_Abort_IsSeenByThePeerAtOnce()
    {
        var (first, second) = MemoryConnection.CreatePair();
        var read = second.ReadAsync(new byte[1]).AsTask();
        first.Abort(OurReason);
        Assert.Equal(Connection.Aborted, await read);
        Assert.Equal(EndCause.Reset, second.End?.Cause);
        Assert.False(await second.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task FaultyConnection_CutsAtTheByte()
    {
        var (first, second) = MemoryConnection.CreatePair();
        var faulty = new FaultyConnection(first, new FaultPlan { CutWriteAt = 7 });
        Assert.False(await faulty.WriteAsync(new byte[20]));
        Assert.Equal(7, faulty.BytesWritten);
        Assert.Equal(Connection.Aborted, second.TryRead(new byte[20]));
        Assert.Equal(EndSide.Path, faulty.End?.Side);
    }

    [Fact]
    public async Task FaultyConnection_StallsUntilReleased()
    {
        var (first, second) = MemoryConnection.CreatePair();
        var faulty = new FaultyConnection(first, new FaultPlan { StallReadAt = 4 });
        await second.WriteAsync(new byte[10]);
        Assert.Equal(4, await faulty.ReadAsync(new byte[20]));
        var read = faulty.ReadAsync(new byte[20]).AsTask();
        Assert.False(read.IsCompleted);
        faulty.Release();
        Assert.Equal(6, await read);
    }

    [Fact]
    public void PatternStream_NamesTheFirstWrongByte()
    {
        var bytes = new byte[5000];
        new PatternStream(3).Next(bytes);
        var pattern = new PatternStream(3);
        pattern.Verify(bytes.AsSpan(0, 1001));
        pattern.Verify(bytes.AsSpan(1001));
        Assert.Equal(5000, pattern.Offset);

        bytes[4321] ^= 1;
        var e = Assert.Throws<InvalidDataException>(() => new PatternStream(3).Verify(bytes));
        Assert.Contains("byte 4321 ", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new PatternStream(4).Verify(bytes));
    }

    sealed class Through : IAsyncDisposable
    {
        readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public Through()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            Proxy = new CutProxy((IPEndPoint)_listener.LocalEndPoint!);
        }

        public CutProxy Proxy { get; }

        public async Task<(Connection Client, Connection Server)> ConnectAsync()
        {
            var dial = await TcpDialer.Default.DialAsync(Target.From(Proxy.EndPoint), TimeSpan.FromSeconds(20), null, default);
            Assert.True(dial.Succeeded, dial.Failure?.ToString());
            return (dial.Connection, new SocketConnection(await _listener.AcceptAsync()));
        }

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            _listener.Dispose();
        }
    }

    [Fact]
    public async Task CutProxy_PassesBytesAndEnds_AndCounts()
    {
        await using var through = new Through();
        var (client, server) = await through.ConnectAsync();
        await client.WriteAsync(new byte[5]);
        Assert.Equal(5, await server.ReadAsync(new byte[10]));
        await client.CompleteAsync();
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(new byte[10]));
        await server.WriteAsync(new byte[7]);
        await server.CompleteAsync();
        Assert.Equal(7, await client.ReadAsync(new byte[10]));
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(new byte[10]));
        Assert.Equal((5, 7, 1), (through.Proxy.BytesUp, through.Proxy.BytesDown, through.Proxy.Accepted));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task CutProxy_Reset_ResetsBothEnds()
    {
        await using var through = new Through();
        var (client, server) = await through.ConnectAsync();
        await client.WriteAsync(new byte[1]);
        Assert.Equal(1, await server.ReadAsync(new byte[1]));
        through.Proxy.Reset();
        Assert.Equal(Connection.Aborted, await server.ReadAsync(new byte[1]));
        Assert.Equal(Connection.Aborted, await client.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task CutProxy_Close_EndsBothWays()
    {
        await using var through = new Through();
        var (client, server) = await through.ConnectAsync();
        await client.WriteAsync(new byte[1]);
        Assert.Equal(1, await server.ReadAsync(new byte[1]));
        await through.Proxy.CloseAsync();
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(new byte[1]));
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(new byte[1]));
    }

    [Theory]
    [InlineData(Way.Up)]
    [InlineData(Way.Down)]
    [InlineData(Way.Both)]
    public async Task CutProxy_Silence_HoldsThatWay_AndResumeLosesNothing(Way way)
    {
        await using var through = new Through();
        var (client, server) = await through.ConnectAsync();
        await client.WriteAsync(new byte[1]);
        Assert.Equal(1, await server.ReadAsync(new byte[1]));

        through.Proxy.Silence(way);
        await client.WriteAsync("up"u8.ToArray());
        await server.WriteAsync("down"u8.ToArray());
        var up = server.ReadAsync(new byte[10]).AsTask();
        var down = client.ReadAsync(new byte[10]).AsTask();
        if (way == Way.Up) Assert.Equal(4, await down);
        if (way == Way.Down) Assert.Equal(2, await up);
        if (way.HasFlag(Way.Up)) Assert.False(up.IsCompleted);
        if (way.HasFlag(Way.Down)) Assert.False(down.IsCompleted);

        through.Proxy.Resume();
        Assert.Equal((2, 4), (await up, await down));
    }

    [Fact]
    public async Task CutProxy_Forget_LeavesOldConnectionsSilent_AndNewOnesWork()
    {
        await using var through = new Through();
        var (oldClient, oldServer) = await through.ConnectAsync();
        await oldClient.WriteAsync(new byte[1]);
        Assert.Equal(1, await oldServer.ReadAsync(new byte[1]));
        through.Proxy.Forget();
        await oldClient.WriteAsync(new byte[1]);
        var forgotten = oldServer.ReadAsync(new byte[1]).AsTask();

        var (client, server) = await through.ConnectAsync();
        await client.WriteAsync(new byte[3]);
        Assert.Equal(3, await server.ReadAsync(new byte[10]));
        Assert.False(forgotten.IsCompleted);
    }

    [Fact]
    public async Task CutProxy_StopAccepting_RefusesUntilItStartsAgain()
    {
        await using var through = new Through();
        through.Proxy.StopAccepting();
        var refused = await TcpDialer.Default.DialAsync(Target.From(through.Proxy.EndPoint), TimeSpan.FromSeconds(20), null, default);
        Assert.Equal(EndCause.Refused, refused.Failure?.Cause);
        through.Proxy.StartAccepting();
        var (client, _) = await through.ConnectAsync();
        Assert.NotNull(client);
    }
}
