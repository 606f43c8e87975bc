using System.Net;
using System.Net.Sockets;
using Burrow.Core.Sockets;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Sockets;

public sealed class TcpDialerTests
{
    // TEST-NET-1 (RFC 5737): nobody is there. The tests never wait for it longer than the manual clock says.
    static readonly IPAddress Nobody = IPAddress.Parse("192.0.2.1");
    static readonly TimeSpan Ample = TimeSpan.FromSeconds(20);

    static TcpDialer Resolving(TimeProvider time, params IPAddress[] addresses) => new(time, (_, _) => Task.FromResult(addresses));

    static Socket Listen(IPAddress address)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        return listener;
    }

    static int PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Listening_IsConnected(string host)
    {
        using var listener = Listen(IPAddress.Parse(host));
        var result = await TcpDialer.Default.DialAsync(new Target(host, PortOf(listener)), Ample, null, default);
        Assert.True(result.Succeeded);
        Assert.Equal(listener.LocalEndPoint, result.Connection.RemoteEndPoint);
        await result.Connection.DisposeAsync();
    }

    [Fact]
    public async Task ClosedPort_IsRefused()
    {
        var result = await TcpDialer.Default.DialAsync(new Target("127.0.0.1", Loopback.ClosedPort()), Ample, null, default);
        Assert.Equal((EndPhase.Dial, EndSide.Peer, EndCause.Refused), (result.Failure!.Phase, result.Failure.Side, result.Failure.Cause));
        Assert.Contains("127.0.0.1", result.Failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-host.invalid")]
    [InlineData("not a host name")]
    public async Task UnknownName_IsAnUnknownHost(string host)
    {
        var dialer = new TcpDialer(TimeProvider.System, (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        var result = await dialer.DialAsync(new Target(host, 80), Ample, null, default);
        Assert.Equal((EndPhase.Resolve, EndCause.UnknownHost), (result.Failure!.Phase, result.Failure.Cause));
    }

    [Fact]
    public async Task SlowResolver_TimesOut()
    {
        var clock = new ManualClock();
        var dialer = new TcpDialer(clock, (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, stop).ContinueWith(_ => Array.Empty<IPAddress>(), TaskScheduler.Default));
        var dial = dialer.DialAsync(new Target("slow.example", 80), TimeSpan.FromSeconds(10), null, default).AsTask();
        clock.Advance(TimeSpan.FromSeconds(10));
        var result = await dial;
        Assert.Equal((EndPhase.Resolve, EndCause.TimedOut), (result.Failure!.Phase, result.Failure.Cause));
    }

    [Fact]
    public async Task FirstAddressRefuses_SecondIsTriedAtOnce()
    {
        using var listener = Listen(IPAddress.Loopback);
        var clock = new ManualClock(); // stands still: only the failure can start the second attempt
        var result = await Resolving(clock, IPAddress.IPv6Loopback, IPAddress.Loopback).DialAsync(new Target("both.example", PortOf(listener)), Ample, null, default);
        Assert.True(result.Succeeded);
        await result.Connection.DisposeAsync();
    }

    [Fact]
    public async Task FirstAddressIsSilent_SecondIsTriedAfterTheStagger()
    {
        // A listener whose backlog is full does not answer: silence without leaving this machine.
        using var silent = new FullBacklog();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), silent.Port));
        listener.Listen();

        var clock = new ManualClock();
        var dial = Resolving(clock, IPAddress.Loopback, IPAddress.Parse("127.0.0.2")).DialAsync(new Target("two.example", silent.Port), Ample, null, default).AsTask();
        while (clock.ActiveTimers < 2) await Task.Yield(); // the timeout's and the stagger's
        Assert.False(dial.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(250));
        var result = await dial;
        Assert.True(result.Succeeded, result.Failure?.ToString());
        Assert.Equal("127.0.0.2", ((IPEndPoint)result.Connection.RemoteEndPoint!).Address.ToString());
        await result.Connection.DisposeAsync();
    }

    [Fact]
    public async Task Silence_TimesOut()
    {
        using var silent = new FullBacklog();
        var clock = new ManualClock();
        var dial = new TcpDialer(clock).DialAsync(new Target("127.0.0.1", silent.Port), TimeSpan.FromSeconds(5), null, default).AsTask();
        clock.Advance(TimeSpan.FromSeconds(5));
        var result = await dial;
        Assert.Equal((EndPhase.Dial, EndSide.Path, EndCause.TimedOut), (result.Failure!.Phase, result.Failure.Side, result.Failure.Cause));
    }

    [Fact]
    public async Task Stop_GivesUp()
    {
        using var silent = new FullBacklog();
        using var stop = new CancellationTokenSource();
        var dial = TcpDialer.Default.DialAsync(new Target("127.0.0.1", silent.Port), Timeout.InfiniteTimeSpan, null, stop.Token).AsTask();
        await stop.CancelAsync();
        Assert.Equal(EndCause.Stopped, (await dial).Failure!.Cause);
    }

    [Fact]
    public async Task Permit_IsAskedForTheAddressThatIsDialled_NotForTheName()
    {
        using var listener = Listen(IPAddress.Loopback);
        var asked = new List<IPAddress>();
        var mapped = IPAddress.Loopback.MapToIPv6(); // folded before it is judged, or a rule about 127.0.0.1 could be walked around
        var result = await Resolving(TimeProvider.System, mapped, Nobody).DialAsync(
            new Target("rebound.example", PortOf(listener)), Ample, a => { asked.Add(a); return a.Equals(IPAddress.Loopback); }, default);
        Assert.True(result.Succeeded);
        Assert.Equal([IPAddress.Loopback, Nobody], asked);
        await result.Connection.DisposeAsync();
    }

    [Fact]
    public async Task NothingPermitted_IsDenied_AndNothingIsDialled()
    {
        var result = await TcpDialer.Default.DialAsync(new Target("127.0.0.1", Loopback.ClosedPort()), Ample, _ => false, default);
        Assert.Equal((EndPhase.Dial, EndSide.Local, EndCause.Denied), (result.Failure!.Phase, result.Failure.Side, result.Failure.Cause));
    }

    [Fact]
    public async Task Bind_IsTheSourceOfTheConnection()
    {
        using var listener = Listen(IPAddress.Loopback);
        var dialer = new TcpDialer(TimeProvider.System) { Sources = [IPAddress.Parse("127.0.0.9")] };
        var result = await dialer.DialAsync(new Target("127.0.0.1", PortOf(listener)), Ample, null, default);
        Assert.True(result.Succeeded);
        Assert.Equal("127.0.0.9", ((IPEndPoint)result.Connection.LocalEndPoint!).Address.ToString());
        await result.Connection.DisposeAsync();
    }

    [Fact]
    public void Interleave_LetsTheFamiliesTakeTurns()
    {
        IPAddress[] resolved = [.. ((string[])["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"]).Select(IPAddress.Parse)];
        Assert.Equal(
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"],
            AddressOrder.Interleave(resolved).ConvertAll(a => a.ToString()));
    }

    /// <summary>A port whose connects get no answer, because the backlog is full and nobody accepts.</summary>
    sealed class FullBacklog : IDisposable
    {
        readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        readonly List<Socket> _fillers = [];

        public FullBacklog()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            for (var i = 0; i < 4; i++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _fillers.Add(filler);
                try
                {
                    filler.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                    // Under way, or never answered: either fills the queue.
                }
            }
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            foreach (var filler in _fillers) filler.Dispose();
            _listener.Dispose();
        }
    }
}
