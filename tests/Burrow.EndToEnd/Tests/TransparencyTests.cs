using System.Net.Sockets;
using System.Text;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>What one end of a connection does is what the other end sees: half-close, reset, refusal, and nothing.</summary>
public sealed class TransparencyTests : TunnelTest
{
    [Fact, Trait("Promise", "R-BURROW-10")]
    public async Task HalfClose_TravelsEachWay_AndTheOtherDirectionGoesOn()
    {
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        await client.SendTextAsync("question");
        client.Shutdown(SocketShutdown.Send);
        var server = await service.CallerAsync(0);
        Assert.Equal("question", Encoding.UTF8.GetString(await server.ReceiveToEndAsync().Within(20, "the question and its end")));
        var answer = new Pattern(3);
        await Task.WhenAll(answer.SendAsync(server, 300_000), answer.ReceiveAsync(client, 300_000)).Within(20, "an answer after the end of the question");
        server.Shutdown(SocketShutdown.Send);
        Assert.Equal(SocketError.Success, await client.HowItEndsAsync().Within(20, "the end of the answer"));
    }

    [Fact, Trait("Promise", "R-BURROW-10")]
    public async Task Reset_TravelsEachWay()
    {
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartBoth();
        using var first = await DialJackAsync();
        await first.SendTextAsync("x");
        var firstServer = await service.CallerAsync(0);
        await firstServer.ReceiveExactlyAsync(1);
        firstServer.Close(0);
        Assert.Equal(SocketError.ConnectionReset, await first.HowItEndsAsync().Within(20, "the reset at the client"));

        var second = await DialJackAsync();
        await second.SendTextAsync("x");
        var secondServer = await service.CallerAsync(1);
        await secondServer.ReceiveExactlyAsync(1);
        second.Close(0);
        Assert.Equal(SocketError.ConnectionReset, await secondServer.HowItEndsAsync().Within(20, "the reset at the service"));
    }

    [Theory, Trait("Promise", "R-BURROW-10")]
    [InlineData("127.0.0.1:7999")]
    [InlineData("no-such-host.invalid:80")]
    [InlineData("[::1]:7999")]
    public async Task ATargetThatCannotBeReached_ResetsTheClient(string target)
    {
        StartJenny();
        StartJack("-L", $"{JackPort}:{target}");
        using var client = await DialJackAsync();
        Assert.Equal(SocketError.ConnectionReset, await client.HowItEndsAsync().Within(20, "the reset"));
        var curl = Lab.Client.Start(["curl", "-sS", "-m", "10", $"http://127.0.0.1:{JackPort}/"]);
        // 56, a failure when receiving; 7, a failure to connect, when the reset is there before curl has looked at its new connection.
        Assert.True(await curl.WaitForExitAsync() is 7 or 56, curl.Output);
    }

    [Fact, Trait("Promise", "R-BURROW-10")]
    public async Task AConnectionWithoutAByte_OpensAndClosesTheOtherEnd()
    {
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        StartBoth();
        var client = await DialJackAsync();
        var server = await service.CallerAsync(0);
        client.Shutdown(SocketShutdown.Both);
        client.Dispose();
        Assert.Equal(SocketError.Success, await server.HowItEndsAsync().Within(20, "the end"));
    }

    [Fact]
    public async Task AServiceThatSpeaksFirst_IsHeard()
    {
        await using var service = SocketService.Start(Lab.Server, ServicePort, caller => caller.SendTextAsync("220 ready\r\n"));
        StartBoth();
        using var client = await DialJackAsync();
        Assert.Equal("220 ready\r\n", await client.ReceiveTextAsync(11).Within(20, "the greeting"));
    }

    [Fact]
    public async Task NamesAndIPv6_WorkOnBothSides()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort, "::");
        StartJenny("--listen", "tcp://[::]:7000");
        StartJackBy($"tcp://[{NetworkLab.ServerAddress6}]:7000", "-L", "[::1]:9006:[::1]:7070", "-L", "9007:server6.lab:7070", "-L", "9008:server.lab:7070");
        using var six = await Lab.Client.ConnectWhenListeningAsync(9006, "::1");
        await six.EchoAsync("six");
        using var byName = await Lab.Client.ConnectWhenListeningAsync(9007);
        await byName.EchoAsync("by name");
        using var fourByName = await Lab.Client.ConnectWhenListeningAsync(9008);
        await fourByName.EchoAsync("four by name");
    }

    [Fact, Trait("Promise", "R-BURROW-06")]
    public async Task FiftyMaps_EachLeadToTheirOwnTarget()
    {
        var services = Enumerable.Range(0, 50).Select(i => SocketService.Start(Lab.Server, 7200 + i, caller => caller.SendTextAsync($"{i:D2}"))).ToList();
        StartJenny();
        StartJack([.. Enumerable.Range(0, 50).SelectMany(i => new[] { "-L", $"{9200 + i}:127.0.0.1:{7200 + i}" })]);
        for (var i = 0; i < 50; i++)
        {
            using var client = await Lab.Client.ConnectWhenListeningAsync(9200 + i);
            Assert.Equal($"{i:D2}", await client.ReceiveTextAsync(2).Within(20, $"the service of map {i}"));
        }

        foreach (var service in services) await service.DisposeAsync();
    }
}
