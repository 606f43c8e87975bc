using System.Net.Sockets;
using System.Text.Json;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Start, list, stop and crash of tunnels by HTTP, and what the log says of them.</summary>
public sealed class WebLifecycleTests : TunnelTest
{
    const string WebUrl = $"http://{NetworkLab.ServerAddress}/";

    async Task<JsonElement[]> SessionsAsync(LabHost host, string user) => [.. (await StatusTests.StatusAsync(host, user)).GetProperty("sessions").EnumerateArray()];

    [Fact, Trait("Promise", "R-ERL-12"), Trait("Promise", "R-ERL-27")]
    public async Task Status_NamesBothPeers_AndCountsNothingAfterEitherCrashed()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80", "--session-timeout", "10s", "-v");
        StartJackBy(WebUrl, "--carrier", "http", "--name", "the-jack", "-L", Forward, "-v");
        using var client = await DialJackAsync();
        await client.EchoAsync("hello");
        var (jack, jenny) = (Assert.Single(await SessionsAsync(Lab.Client, "jack")), Assert.Single(await SessionsAsync(Lab.Server, "jenny")));
        var id = jack.GetProperty("id").GetString()!;
        Assert.Equal(id, jenny.GetProperty("id").GetString());
        Assert.Contains(NetworkLab.ServerAddress, jack.GetProperty("peer").GetString(), StringComparison.Ordinal);
        Assert.Equal("secret/the-jack", jenny.GetProperty("peer").GetString());
        Assert.Equal((1, 1), (jack.GetProperty("channels").GetInt32(), jenny.GetProperty("channels").GetInt32()));
        await Jenny.WaitForLineAsync($"session {id[..8]} .*opened for secret/the-jack from 10.77.2.1:.*; 1 open");
        await Jenny.WaitForLineAsync($"secret/the-jack: channel from .* to 127.0.0.1:{ServicePort}: open; 1 open$");

        // Jack's crash: Jenny keeps his session for as long as she was told, then nothing is left of it.
        await Jack.EndAsync(Posix.SigKill);
        await Deadline.UntilAsync(async () => (await SessionsAsync(Lab.Server, "jenny")).Length == 0, TimeSpan.FromSeconds(60), "Jenny still counts a crashed Jack's session");
        await Jenny.WaitForLineAsync($"session {id[..8]} .*of secret/the-jack is over: .*; 0 open");
        await Deadline.UntilAsync(() => IsOver(echo.Callers[0]), TimeSpan.FromSeconds(20), "the service's connection is not closed");

        // Jenny's crash: the next one knows nothing of the session, and Jack's client hears it.
        StartJackBy(WebUrl, "--carrier", "cycles", "--name", "the-jack", "-L", Forward, "-v");
        using var second = await DialJackAsync();
        await second.EchoAsync("hello again");
        await Jenny.EndAsync(Posix.SigKill);
        StartJenny("--listen", "tcp://*:80");
        Assert.Equal(SocketError.ConnectionReset, await second.HowItEndsAsync().Within(60, "the end of a client whose Jenny crashed"));
        await Deadline.UntilAsync(async () => (await SessionsAsync(Lab.Client, "jack")).All(session => session.GetProperty("channels").GetInt32() == 0), TimeSpan.FromSeconds(60), "Jack still counts the channel");

        foreach (var end in (LabProcess[])[Jack, Jenny]) Assert.Equal(0, await end.EndAsync(Posix.SigTerm));
        Assert.Contains("Nothing is running", await StatusTextAsync(), StringComparison.Ordinal);
    }

    // The service lets a caller go that was reset.
    static bool IsOver(Socket caller)
    {
        try
        {
            return caller.Poll(0, SelectMode.SelectRead);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    async Task<string> StatusTextAsync()
    {
        var status = Lab.Client.StartBurrow("jack", "status");
        await status.WaitForExitAsync();
        return status.Output;
    }

    [Fact, Trait("Promise", "R-ERL-27")]
    public async Task Log_TellsOfNew_Reconnected_AndOver_WithPeersAndIds()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, "--carrier", "http", "--name", "the-jack", "-L", Forward);
        using var client = await DialJackAsync();
        await client.EchoAsync("hello");
        var id = Assert.Single(await SessionsAsync(Lab.Client, "jack")).GetProperty("id").GetString()!;
        await Jack.WaitForLineAsync($"info: encrypted tunnel with {WebUrl.Replace("2.2/", "2.2:80/", StringComparison.Ordinal)} is up by http .*, session {id[..8]}$");
        await Lab.Firewall.ResetConnectionsAsync();
        await client.EchoAsync("again");
        foreach (var end in (LabProcess[])[Jack, Jenny])
        {
            await end.WaitForLineAsync("warning: encrypted tunnel with .* lost after .*; connections are frozen");
            await end.WaitForLineAsync($"info: encrypted tunnel with .* resumed by http .*bytes replayed, session {id[..8]}$");
        }
        await Jack.EndAsync(Posix.SigTerm);
        await Jenny.WaitForLineAsync($"info: session {id[..8]} .*of secret/the-jack is over");
    }
}
