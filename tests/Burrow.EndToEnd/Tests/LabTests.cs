using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The faults are real: without a tunnel they end or stall a plain connection. Otherwise every other test here would prove nothing.</summary>
public sealed class LabTests : IAsyncLifetime
{
    NetworkLab _lab = null!;

    public async ValueTask InitializeAsync() => _lab = await NetworkLab.CreateAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Theory]
    [InlineData(NetworkLab.ServerAddress, "0.0.0.0")]
    [InlineData(NetworkLab.ServerAddress6, "::")]
    public async Task Lab_ClientReachesServer_ByBothFamilies(string address, string any)
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, any);
        using var socket = await _lab.Client.ConnectAsync(7070, address);
        await socket.EchoAsync("hello");
    }

    [Fact, Trait("Promise", "R-BURROW-02")]
    public async Task Lab_ServerReachesClient_Never()
    {
        await using var echo = SocketService.Echo(_lab.Client, 7070, "0.0.0.0");
        await Assert.ThrowsAsync<SocketException>(() => _lab.Server.ConnectAsync(7070, NetworkLab.ClientAddress));
    }

    [Fact]
    public async Task Reboot_Silent_StallsAPlainConnectionForever()
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, "0.0.0.0");
        using var socket = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await socket.EchoAsync("before");
        await _lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => socket.EchoAsync("after", seconds: 4));
        using var fresh = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await fresh.EchoAsync("fresh");
    }

    [Fact]
    public async Task Reboot_WithResets_EndsAPlainConnection()
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, "0.0.0.0");
        using var socket = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await socket.EchoAsync("before");
        await _lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1), UnknownPackets.Reset);
        var error = await Assert.ThrowsAsync<SocketException>(() => socket.EchoAsync("after", seconds: 10));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Theory]
    [InlineData(Direction.ToServer)]
    [InlineData(Direction.ToClient)]
    [InlineData(Direction.Both)]
    public async Task Hole_StallsAPlainConnection_UntilItIsClosed(Direction direction)
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, "0.0.0.0");
        using var socket = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await socket.EchoAsync("before");
        await _lab.Firewall.OpenHoleAsync(direction);
        await socket.SendTextAsync("after");
        var answer = socket.ReceiveTextAsync(5);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.Within(1.5, "an answer through the hole"));
        await _lab.Firewall.CloseHoleAsync();
        Assert.Equal("after", await answer.Within(20, "the retransmission"));
    }

    [Fact]
    public async Task Roaming_StallsAPlainConnection()
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, "0.0.0.0");
        using var socket = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await socket.EchoAsync("before");
        await _lab.Firewall.RoamAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => socket.EchoAsync("after", seconds: 3));
        using var fresh = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await fresh.EchoAsync("fresh");
    }

    [Fact]
    public async Task PublicAddressChange_StallsAPlainConnection()
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, "0.0.0.0");
        using var socket = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await socket.EchoAsync("before");
        await _lab.Firewall.ChangePublicAddressAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => socket.EchoAsync("after", seconds: 3));
        using var fresh = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await fresh.EchoAsync("fresh");
    }

    [Fact]
    public async Task ForgottenIdleConnection_IsDead()
    {
        await using var echo = SocketService.Echo(_lab.Server, 7070, "0.0.0.0");
        await _lab.Firewall.ForgetIdleAsync(1);
        using var socket = await _lab.Client.ConnectAsync(7070, NetworkLab.ServerAddress);
        await socket.EchoAsync("before");
        await _lab.Firewall.AllForgottenAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => socket.EchoAsync("after", seconds: 3));
    }

    [Fact]
    public async Task ResetConnections_EndsBothEnds()
    {
        await using var echo = SocketService.Hold(_lab.Server, 7070);
        await using var proxy = new CutProxy(_lab.Server, 7001, "127.0.0.1", 7070);
        using var socket = await _lab.Client.ConnectAsync(7001, NetworkLab.ServerAddress);
        await socket.SendTextAsync("x");
        await echo.CallerAsync(0);
        await _lab.Firewall.ResetConnectionsAsync();
        Assert.NotEqual(SocketError.Success, await socket.HowItEndsAsync().Within(10, "the end"));
    }

    [Fact]
    public async Task Ssh_WithoutTunnel_FreezesInAReboot()
    {
        var sshd = await Sshd.StartAsync(_lab.Server, 22, "0.0.0.0");
        var ssh = sshd.Ssh(_lab.Client, 22, Ticking.Command, NetworkLab.ServerAddress);
        await ssh.WaitForLineAsync("^tick 5$");
        await _lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => Ticking.GoesOnAsync(ssh, seconds: 3));
    }
}
