using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Burrow.Carriers.Http.Client;
using Burrow.Carriers.Http.Server;
using Burrow.Carriers.Identity;
using Burrow.Carriers.Modes.Tls;
using Burrow.Carriers.Port;
using Burrow.Carriers.Proxy;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests.Http;

/// <summary>Jenny's port with its web front, echoing what callers say after their first byte 0x81.</summary>
sealed class WebPort : IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    readonly KeyIdentity _jenny = KeyIdentity.Create();
    readonly WebFront _front = new();
    readonly ICarrierListener _listener;
    readonly Task _running;

    WebPort(ICarrierListener listener, PortLimits? limits, SslStreamCertificateContext? certificate)
    {
        _listener = listener;
        Port = new CarrierPort(new TlsServer(_jenny, certificate), EchoAsync, (_, reason) => TurnedAway.Writer.TryWrite(reason), limits, web: _front);
        _running = Port.RunAsync(listener);
    }

    public CarrierPort Port { get; }

    public Channel<EndReason> TurnedAway { get; } = Channel.CreateUnbounded<EndReason>();

    public int Number => _listener.Address.Target!.Port;

    public static async Task<WebPort> StartAsync(PortLimits? limits = null, SslStreamCertificateContext? certificate = null)
    {
        var url = CarrierUrl.Parse("127.0.0.1:0");
        return new WebPort((await CarrierRegistry.For(url).ListenAsync(url)).Value!, limits, certificate);
    }

    public async Task<CarrierResult<Carried?>> DialAsync(WebWay way, string prefix = "/", ProxySettings? settings = null, int? port = null) =>
        await new WebCarrier(way, settings ?? ProxySettings.None).DialAsync(CarrierUrl.Parse($"http://127.0.0.1:{port ?? Number}{prefix}"), Timeout, [], CancellationToken.None);

    public async Task<Connection> ConnectAsync(WebWay way, string prefix = "/")
    {
        var (carried, failure) = await DialAsync(way, prefix);
        Assert.True(carried is not null, $"{failure}");
        return carried.Value.Connection;
    }

    /// <summary>Admits at the first byte, then sends everything back, half-closes and all.</summary>
    static async Task EchoAsync(Caller caller)
    {
        var buffer = new byte[256 * 1024];
        int count;
        var first = true;
        while ((count = await caller.Connection.ReadAsync(buffer)) > 0)
        {
            if (first) caller.Admit();
            first = false;
            if (!await caller.Connection.WriteAsync(buffer.AsMemory(0, count))) return;
        }
        await caller.Connection.CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _front.DisposeAsync();
        await _running.WaitAsync(Timeout);
        _jenny.Dispose();
    }

    /// <summary>Sends so many bytes, half-closes, and checks that the same come back and then the end.</summary>
    public static async Task EchoBackAsync(Connection connection, int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        bytes[0] = 0x81;
        // As Jack does: he says who he is, and waits until he is known.
        Assert.True(await connection.WriteAsync(bytes.AsMemory(0, 1)), $"{connection.End}");
        await connection.WaitReadableAsync().AsTask().WaitAsync(Timeout);
        var writing = Task.Run(async () =>
        {
            for (var at = 1; at < length; at += 100_000)
                if (!await connection.WriteAsync(bytes.AsMemory(at, Math.Min(100_000, length - at)))) return false;
            return await connection.CompleteAsync();
        });
        var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long got = 0;
        int count;
        while ((count = await connection.ReadAsync(buffer).AsTask().WaitAsync(Timeout)) > 0)
        {
            sum.AppendData(buffer, 0, count);
            got += count;
        }
        Assert.True(count == Connection.EndOfStream, $"{connection.End}");
        Assert.True(await writing, $"{connection.End}");
        Assert.Equal(length, got);
        Assert.Equal(SHA256.HashData(bytes), sum.GetHashAndReset());
    }
}
