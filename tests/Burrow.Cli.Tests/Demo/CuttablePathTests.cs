using Burrow.Cli.Compose.Demo;
using Burrow.Core;
using Burrow.Core.Sockets;
using Burrow.Endpoints.Inbounds.Listener;
using Xunit;

namespace Burrow.Cli.Tests.Demo;

public sealed class CuttablePathTests
{
    const double Fast = 1e9;

    /// <summary>A server whose newest client is at hand.</summary>
    sealed class Server : IAsyncDisposable
    {
        readonly ListenerInbound _listener;
        readonly System.Threading.Channels.Channel<Connection> _clients = System.Threading.Channels.Channel.CreateUnbounded<Connection>();

        Server(ListenerInbound listener)
        {
            _listener = listener;
            listener.Start(client => _clients.Writer.TryWrite(client));
        }

        public Target Where => new("127.0.0.1", _listener.Port);

        public static async Task<Server> StartAsync() => new((await TcpBinder.BindAsync(new Target("127.0.0.1", 0))).Listener!);

        public async Task<Connection> NextAsync() => await _clients.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => _listener.DisposeAsync();
    }

    static async Task<Connection> DialAsync(CuttablePath path) =>
        (await TcpDialer.Default.DialAsync(path.Front, TimeSpan.FromSeconds(30), permit: null, TestContext.Current.CancellationToken)).Connection!;

    static async Task PassAsync(Connection from, Connection to)
    {
        var bytes = new byte[20_000];
        Random.Shared.NextBytes(bytes);
        Assert.True(await from.WriteAsync(bytes));
        var got = new byte[bytes.Length];
        for (var at = 0; at < got.Length;)
        {
            var count = await to.ReadAsync(got.AsMemory(at));
            Assert.InRange(count, 1, got.Length - at);
            at += count;
        }
        Assert.Equal(bytes, got);
    }

    [Theory]
    [InlineData(nameof(CutKind.Reset), Connection.Aborted)]
    [InlineData(nameof(CutKind.Outage), Connection.Aborted)]
    [InlineData(nameof(CutKind.Close), Connection.EndOfStream)]
    public async Task ACut_IsSeenByBothEndsAndANewConnectionCarries(string kind, int seen)
    {
        await using var server = await Server.StartAsync();
        await using var path = await CuttablePath.OpenAsync(server.Where, Fast);
        await using var jack = await DialAsync(path);
        await using var jenny = await server.NextAsync();
        await PassAsync(jack, jenny);
        await PassAsync(jenny, jack);

        var carrying = await path.CutAsync(Enum.Parse<CutKind>(kind));
        Assert.Equal(seen, await jack.ReadAsync(new byte[1]));
        Assert.Equal(seen, await jenny.ReadAsync(new byte[1]));
        Assert.False(carrying.IsCompleted);

        await using var again = await DialAsync(path);
        await using var other = await server.NextAsync();
        await PassAsync(again, other);
        Assert.False(carrying.IsCompleted); // what Jack sends is no sign: he sends handshakes
        await PassAsync(other, again);
        await carrying;
    }

    [Fact]
    public async Task Silence_TellsNobodyAndANewConnectionCarries()
    {
        await using var server = await Server.StartAsync();
        await using var path = await CuttablePath.OpenAsync(server.Where, Fast);
        await using var jack = await DialAsync(path);
        await using var jenny = await server.NextAsync();
        await PassAsync(jenny, jack);

        var carrying = await path.CutAsync(CutKind.Silence);
        Assert.True(await jenny.WriteAsync(new byte[1000]));
        await jenny.CompleteAsync();

        await using var again = await DialAsync(path);
        await using var other = await server.NextAsync();
        await PassAsync(other, again);
        await carrying;
        Assert.Equal(Connection.WouldBlock, jack.TryRead(new byte[1]));
    }
}
