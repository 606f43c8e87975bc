using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Sockets;

public sealed class SocketConnectionTests
{
    static readonly EndReason OurReason = new(EndPhase.Relay, EndSide.Local, EndCause.Stopped, "test");

    public enum Kind
    {
        Ipv4,
        Ipv6,
        Unix,
    }

    static Task<(SocketConnection Client, SocketConnection Server)> PairAsync(Kind kind) => kind switch
    {
        Kind.Ipv4 => Loopback.TcpAsync(),
        Kind.Ipv6 => Loopback.TcpAsync(IPAddress.IPv6Loopback),
        _ => Loopback.UnixAsync(),
    };

    [Theory]
    [InlineData(Kind.Ipv4)]
    [InlineData(Kind.Ipv6)]
    [InlineData(Kind.Unix)]
    public async Task Bytes_TravelBothWays(Kind kind)
    {
        var (client, server) = await PairAsync(kind);
        Assert.True(await client.WriteAsync("ping"u8.ToArray()));
        var buffer = new byte[16];
        Assert.Equal(4, await server.ReadAsync(buffer));
        Assert.Equal("ping"u8.ToArray(), buffer[..4]);
        Assert.True(await server.WriteAsync("pong!"u8.ToArray()));
        Assert.Equal(5, await client.ReadAsync(buffer));
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(Kind.Ipv4)]
    [InlineData(Kind.Unix)]
    public async Task DetectReset_SeesOneBehindUnreadBytes_WhichStayReadable(Kind kind)
    {
        var (client, server) = await PairAsync(kind);
        await client.WriteAsync("unread"u8.ToArray());
        await server.WriteAsync("unread, too"u8.ToArray()); // a unix socket's abort is a reset only then
        await server.WaitReadableAsync();
        Assert.False(server.DetectReset());
        client.Abort(OurReason);
        await Eventually(server.DetectReset);
        Assert.Equal((EndSide.Peer, EndCause.Reset), (server.End!.Side, server.End.Cause));
        var buffer = new byte[16];
        Assert.Equal(6, server.TryRead(buffer));
        Assert.Equal(Connection.Aborted, server.TryRead(buffer));
        Assert.True(server.DetectReset());
        await server.DisposeAsync();
        await client.DisposeAsync();
    }

    [Theory]
    [InlineData(Kind.Ipv4)]
    [InlineData(Kind.Unix)]
    public async Task DetectReset_TakesNeitherAnEndNorUrgentBytesForOne(Kind kind)
    {
        var (client, server) = await PairAsync(kind);
        if (kind == Kind.Ipv4) client.Socket.Send("!"u8, SocketFlags.OutOfBand);
        await client.WriteAsync("unread"u8.ToArray());
        await client.CompleteAsync();
        await server.WaitReadableAsync();
        Assert.False(server.DetectReset());
        var buffer = new byte[16];
        while (await server.ReadAsync(buffer) != Connection.EndOfStream) Assert.False(server.DetectReset());
        Assert.False(server.DetectReset());
        await server.CompleteAsync();
        await server.DisposeAsync();
        await client.DisposeAsync();
        Assert.True(server.DetectReset());
    }

    static async Task Eventually(Func<bool> condition)
    {
        var deadline = Task.Delay(TimeSpan.FromSeconds(60)); // no assertion on time: only so that a hang is a failure
        while (!condition())
        {
            Assert.False(deadline.IsCompleted);
            await Task.Yield();
        }
    }

    [Theory]
    [InlineData(Kind.Ipv4)]
    [InlineData(Kind.Unix)]
    public async Task Complete_IsAHalfClose_ReadingGoesOn(Kind kind)
    {
        var (client, server) = await PairAsync(kind);
        await client.WriteAsync("request"u8.ToArray());
        Assert.True(await client.CompleteAsync());

        var buffer = new byte[16];
        Assert.Equal(7, await server.ReadAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(buffer));
        Assert.True(await server.WriteAsync("answer"u8.ToArray()));
        Assert.True(await server.CompleteAsync());
        await server.DisposeAsync();

        Assert.Equal(6, await client.ReadAsync(buffer));
        Assert.Equal(Connection.EndOfStream, await client.ReadAsync(buffer));
        await client.DisposeAsync();
        Assert.Equal(EndReason.Completed, client.End);
        Assert.Equal(EndReason.Completed, server.End);
    }

    [Fact]
    public async Task TryRead_WithoutBytes_WouldBlock()
    {
        var (client, server) = await Loopback.TcpAsync();
        Assert.Equal(Connection.WouldBlock, client.TryRead(new byte[1]));
        await server.DisposeAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task TryWrite_IntoAFullSocket_TakesNothing_AndWriteAsyncGoesOnWhenThePeerReads()
    {
        var (client, server) = await Loopback.TcpAsync();
        var block = new byte[256 * 1024];
        long written = 0;
        int taken;
        while ((taken = client.TryWrite(block)) > 0) written += taken;
        Assert.Equal(0, taken);

        var write = client.WriteAsync(block).AsTask();
        Assert.False(write.IsCompleted);
        written += block.Length;

        var buffer = new byte[1024 * 1024];
        long read = 0;
        while (read < written) read += await server.ReadAsync(buffer);
        Assert.True(await write);
        Assert.Equal(written, read);
        await server.DisposeAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Abort_ResetsThePeer_WhichReadsAborted()
    {
        var (client, server) = await Loopback.TcpAsync();
        var waiting = server.ReadAsync(new byte[16]).AsTask();
        client.Abort(OurReason);
        Assert.Equal(Connection.Aborted, await waiting);
        Assert.Equal(EndCause.Reset, server.End?.Cause);
        Assert.Equal(EndSide.Peer, server.End?.Side);
        Assert.Equal(Connection.Aborted, server.TryRead(new byte[16]));
        Assert.Equal(Connection.Aborted, server.TryWrite(new byte[16]));
        Assert.False(await server.CompleteAsync());
        Assert.Equal(OurReason, client.End);
        await server.DisposeAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Abort_WakesOurOwnPendingReadAndWrite()
    {
        var (client, server) = await Loopback.TcpAsync();
        while (client.TryWrite(new byte[256 * 1024]) > 0)
        {
        }
        var write = client.WriteAsync(new byte[1024]).AsTask();
        var read = client.ReadAsync(new byte[16]).AsTask();
        client.Abort(OurReason);
        Assert.False(await write);
        Assert.Equal(Connection.Aborted, await read);
        Assert.Equal(OurReason, client.End);
        await server.DisposeAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task FirstReason_IsKept()
    {
        var (client, server) = await Loopback.TcpAsync();
        client.Abort(OurReason);
        client.Abort(EndReason.Stopped);
        Assert.Same(OurReason, client.End);
        await client.DisposeAsync();
        await server.DisposeAsync();
        Assert.Same(OurReason, client.End);
    }

    [Fact]
    public async Task ReadAfterPeersReset_DeliversWhatHadArrived_ThenAborted()
    {
        var (client, server) = await Loopback.TcpSocketsAsync();
        var connection = new SocketConnection(client);
        await server.SendAsync("late answer"u8.ToArray());
        server.Close(0);

        // The writer finds out first.
        while (connection.TryWrite(new byte[1]) > 0) await Task.Yield();
        Assert.Equal(EndCause.Reset, connection.End?.Cause);

        var buffer = new byte[64];
        Assert.Equal(11, await connection.ReadAsync(buffer));
        Assert.Equal(Connection.Aborted, await connection.ReadAsync(buffer));
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_BeforeBothDirectionsEnded_ResetsThePeer()
    {
        var (client, server) = await Loopback.TcpAsync();
        await client.CompleteAsync();
        await client.DisposeAsync();
        Assert.Equal(Connection.EndOfStream, await server.ReadAsync(new byte[1])); // after a FIN, the kernel tells of a reset to writers only
        while (server.TryWrite(new byte[1]) >= 0) await Task.Yield();
        Assert.Equal(EndCause.Reset, server.End?.Cause);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task EndPoints_AreThoseOfTheSocket_AndMappedAddressesAreFolded()
    {
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port);
        var server = new SocketConnection(await listener.AcceptAsync());
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, server.LocalEndPoint);
        await server.DisposeAsync();
        Assert.Equal(client.LocalEndPoint?.ToString(), server.RemoteEndPoint?.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Abort_RacingReadsAndWrites_NeverThrows(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 1500; i++)
        {
            var (client, server) = await Loopback.TcpAsync();
            var loops = Task.WhenAll(new[] { client, server }.SelectMany(c => new[] { Task.Run(() => ReadAllAsync(c)), Task.Run(() => WriteAllAsync(c)) }));
            var spins = random.Next(2000);
            var abort = Task.Run(() =>
            {
                for (var n = 0; n < spins; n++) Thread.SpinWait(1);
                client.Abort(OurReason);
                client.Abort(EndReason.Stopped);
            });
            await abort;
            await loops;
            Assert.Equal(OurReason, client.End);
            Assert.NotNull(server.End);
            await Task.WhenAll(client.DisposeAsync().AsTask(), server.DisposeAsync().AsTask());
        }

        static async Task ReadAllAsync(SocketConnection connection)
        {
            var buffer = new byte[4096];
            while (await connection.ReadAsync(buffer) > 0)
            {
            }
        }

        static async Task WriteAllAsync(SocketConnection connection)
        {
            var buffer = new byte[4096];
            while (await connection.WriteAsync(buffer))
            {
            }
            Assert.False(await connection.CompleteAsync());
        }
    }
}
