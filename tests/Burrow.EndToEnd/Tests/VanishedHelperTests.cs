using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>listentwo, when a machine behind a firewall has vanished and neither an end nor a reset tells of it.</summary>
public sealed class VanishedHelperTests : TunnelTest
{
    const int ClientsPort = 1234;
    const int HelpersPort = 2345;

    /// <summary>The client comes before the silence could have told, and finds the one that vanished at the head of the queue.</summary>
    [Theory]
    [InlineData("hello")]
    [InlineData("silent")]
    [InlineData("secret")]
    public async Task R_SHD_53_ClientThatComesAfterAMachineHasVanished_IsLedToTheNextThatWaits(string kind)
    {
        string[] secret = kind == "secret" ? ["--secret-file", Secret] : [];
        string[] helloThere = kind == "silent" ? [] : ["--hello-dst"];
        string[] helloHere = kind == "silent" ? [] : ["--hello-from-src"];
        await using var service = SocketService.Echo(Lab.Client, ServicePort);
        await using var other = SocketService.Echo(Lab.Server, ServicePort);
        var listen = Lab.Server.StartBurrow("there", ["listentwo", "-s", "1234", "-d", "2345", .. helloThere, .. secret]);
        await listen.WaitForLineAsync($"listening on .*:{HelpersPort}");
        Lab.Client.StartBurrow("behind", ["connecttwo", "-s", $"{NetworkLab.ServerAddress}:2345", "-d", $"127.0.0.1:{ServicePort}", .. helloHere, .. secret]);
        await listen.WaitForLineAsync(@"10\..* waits for a client");
        Lab.Server.StartBurrow("beside", ["connecttwo", "-s", "127.0.0.1:2345", "-d", $"127.0.0.1:{ServicePort}", .. helloHere, .. secret]);
        await listen.WaitForLineAsync(@"127\.0\.0\.1:.* waits for a client");
        await Lab.Firewall.OpenHoleAsync(Direction.Both);
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // the vanishing itself: who was heard of within a second is taken to be there
        using var client = await Lab.Server.ConnectAsync(ClientsPort);
        await client.EchoAsync("kept", seconds: 10);
        await listen.WaitForLineAsync("has vanished and was passed over");
    }

    /// <summary>Without a route nothing is sent that could go unconfirmed, and the kernel's probes are silent while something waits to be sent.</summary>
    [Fact]
    public async Task R_SHD_53_MachineThatOurOwnSideCantReachAnyMore_IsGivenUp()
    {
        await using var service = SocketService.Echo(Lab.Client, ServicePort);
        var listen = Lab.Server.StartBurrow("there", "listentwo", "-s", "1234", "-d", "2345", "--hello-dst");
        await listen.WaitForLineAsync($"listening on .*:{HelpersPort}");
        Lab.Client.StartBurrow("behind", "connecttwo", "-s", $"{NetworkLab.ServerAddress}:2345", "-d", $"127.0.0.1:{ServicePort}", "--hello-from-src");
        using var client = await Lab.Server.ConnectAsync(ClientsPort);
        await client.EchoAsync("served");
        await Shell.RunAsync(["ip", "-n", Lab.Server.Name, "link", "set", "eth0", "down"]);
        await client.SendTextAsync("into the void");
        Assert.Equal(SocketError.ConnectionReset, await client.HowItEndsAsync().Within(11 + 15, "the client is told"));
    }
}
