using System.Net;
using Burrow.Core;
using Xunit;

namespace Burrow.Carriers.Tests;

public sealed class CarrierTests
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    static CarrierUrl Url(string text) => CarrierUrl.TryParse(text, out var url, out var error) ? url : throw new InvalidOperationException(error);

    static async Task<(Carried Dialled, Carried Accepted)> ConnectAsync(CarrierUrl url, params IReadOnlyList<IPAddress> sources)
    {
        var carrier = CarrierRegistry.For(url);
        var (listener, failure) = await carrier.ListenAsync(url);
        Assert.Null(failure);
        await using (listener)
        {
            var accepting = listener!.AcceptAsync().AsTask();
            var dialled = await carrier.DialAsync(listener.Address, Timeout, sources, CancellationToken.None);
            Assert.Null(dialled.Failure);
            return (dialled.Value!.Value, (await accepting)!.Value);
        }
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:0")]
    public async Task Tcp_CarriesAndProvesNothing(string url)
    {
        var (a, b) = await ConnectAsync(Url(url));
        Assert.False(a.SameUser || b.SameUser);
        Assert.True(await a.Connection.WriteAsync("x"u8.ToArray()));
        Assert.Equal(1, await b.Connection.ReadAsync(new byte[9]));
        await a.Connection.DisposeAsync();
        await b.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Tcp_OnLocalhost_ListensOnBothFamilies_AndEndsOnBoth()
    {
        var carrier = CarrierRegistry.For(Url("localhost:0"));
        var listener = (await carrier.ListenAsync(Url("localhost:0"))).Value!;
        var port = listener.Address.Target!.Port;
        foreach (var host in new[] { "[::1]", "127.0.0.1", "[::1]" })
        {
            var accepting = listener.AcceptAsync().AsTask();
            var dialled = await carrier.DialAsync(Url($"{host}:{port}"), Timeout, [], CancellationToken.None);
            Assert.Null(dialled.Failure);
            var accepted = (await accepting.WaitAsync(Timeout))!.Value.Connection;
            Assert.Equal(dialled.Value!.Value.Connection.LocalEndPoint, accepted.RemoteEndPoint);
            await accepted.DisposeAsync();
            await dialled.Value.Value.Connection.DisposeAsync();
        }

        var last = listener.AcceptAsync().AsTask();
        await listener.DisposeAsync();
        Assert.Null(await last.WaitAsync(Timeout));
        foreach (var host in new[] { "[::1]", "127.0.0.1" })
            Assert.Equal(EndCause.Refused, (await carrier.DialAsync(Url($"{host}:{port}"), Timeout, [], CancellationToken.None)).Failure!.Cause);
    }

    [Fact]
    public async Task Tcp_OfTheAddressesThatAreAskedFor_DialsFromTheFirstOfTheTargetsFamily()
    {
        var (a, b) = await ConnectAsync(Url("127.0.0.1:0"), IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.2"));
        Assert.Equal(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)b.Connection.RemoteEndPoint!).Address);
        await a.Connection.DisposeAsync();
        await b.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Tcp_OnATakenPort_SaysSo()
    {
        var carrier = CarrierRegistry.For(Url("a"));
        var first = await carrier.ListenAsync(Url("127.0.0.1:0"));
        Assert.Equal(EndCause.AddressInUse, (await carrier.ListenAsync(first.Value!.Address)).Failure!.Cause);
        await first.Value.DisposeAsync();
        Assert.Null(await first.Value.AcceptAsync());
        Assert.Equal(EndCause.Refused, (await carrier.DialAsync(first.Value.Address, Timeout, [], CancellationToken.None)).Failure!.Cause);
    }

    [Fact]
    public async Task Unix_OfTheSameUser_IsKnownAsSuchOnBothEnds()
    {
        var path = Path.Combine(Path.GetTempPath(), $"burrow-test-{Guid.NewGuid():N}");
        var (a, b) = await ConnectAsync(Url($"unix:{path}"));
        Assert.True(a.SameUser && b.SameUser);
        Assert.False(File.Exists(path));
        await a.Connection.DisposeAsync();
        await b.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Unix_TakesTheSocketOfADeadProcessButNoFileAndNoLivingOne()
    {
        var path = Path.Combine(Path.GetTempPath(), $"burrow-test-{Guid.NewGuid():N}");
        var url = Url($"unix:{path}");
        var carrier = CarrierRegistry.For(url);
        await File.WriteAllTextAsync(path, "");
        Assert.Equal(EndCause.AddressInUse, (await carrier.ListenAsync(url)).Failure!.Cause);
        Assert.True(File.Exists(path));
        File.Delete(path);

        using (var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path)); // never listened: as a killed process leaves it
            var living = await carrier.ListenAsync(url);
            Assert.Null(living.Failure);
            Assert.Equal(EndCause.AddressInUse, (await carrier.ListenAsync(url)).Failure!.Cause);
            await living.Value!.DisposeAsync();
        }
    }

    [Fact]
    public void TheOverflowUser_IsNobodyInParticular()
    {
        var overflow = new LocalUser(uint.Parse(OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/overflowuid") : "65534", System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(Unix.UnixCarrier.IsSame(overflow, overflow));
        Assert.True(Unix.UnixCarrier.IsSame(new LocalUser(1000), new LocalUser(1000)));
        Assert.False(Unix.UnixCarrier.IsSame(new LocalUser(1000), new LocalUser(1001)));
        Assert.False(Unix.UnixCarrier.IsSame(null, null));
    }
}
