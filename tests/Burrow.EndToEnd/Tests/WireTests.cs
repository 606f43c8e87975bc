using System.Text;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>What somebody on the path can read, by a capture of the packets.</summary>
public sealed class WireTests : TunnelTest
{
    const string Marker = "The quick brown fox jumps over the lazy dog";

    [Theory, Trait("Promise", "R-BURROW-24"), Trait("Promise", "R-BURROW-25"), Trait("Promise", "R-BURROW-26")]
    [InlineData("plaintext", true, false)]
    [InlineData("obfuscated", false, true)]
    [InlineData("encrypted", false, false)]
    public async Task Mode_ShowsOnTheWire_WhatItSays(string mode, bool asItIs, bool asHex)
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        var capture = await Capture.StartAsync(Lab.FirewallHost, "lan");
        StartBoth(mode);
        using var client = await DialJackAsync();
        await client.EchoAsync(Marker);
        var wire = await capture.StopAsync();
        Assert.Equal(asItIs, Contains(wire, Marker));
        Assert.Equal(asHex, Contains(wire, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Marker))));
        Assert.False(Contains(wire, (await File.ReadAllTextAsync(Secret)).Trim()));
    }

    [Fact, Trait("Promise", "R-BURROW-27")]
    public async Task SeveralModes_BetweenTheSameEnds_EachShowWhatTheySay()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        var capture = await Capture.StartAsync(Lab.FirewallHost, "lan");
        StartJenny();
        StartJack("--map", "plaintext 127.0.0.1:9001 => 127.0.0.1:7070", "--map", "encrypted 127.0.0.1:9002 => 127.0.0.1:7070", "--map", "obfuscated 127.0.0.1:9003 => 127.0.0.1:7070");
        foreach (var (port, text) in new[] { (9001, "readable by everybody"), (9002, "readable by nobody"), (9003, "readable with effort") })
        {
            using var client = await Lab.Client.ConnectWhenListeningAsync(port);
            await client.EchoAsync(text);
        }

        var wire = await capture.StopAsync();
        Assert.True(Contains(wire, "readable by everybody"));
        Assert.False(Contains(wire, "readable by nobody"));
        Assert.False(Contains(wire, "readable with effort"));
        Assert.True(Contains(wire, Convert.ToHexStringLower("readable with effort"u8)));
    }

    [Fact, Trait("Promise", "R-BURROW-05")]
    public async Task JennyNeverDials()
    {
        await using var echo = SocketService.Echo(Lab.Server, ServicePort);
        await using var here = SocketService.Echo(Lab.Client, JackServicePort);
        var capture = Lab.FirewallHost.Start(["tcpdump", "-n", "-l", "-i", "wan", "src host", NetworkLab.ServerAddress, "and", "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"]);
        await capture.WaitForLineAsync("listening on");
        StartBoth();
        using var client = await DialJennyAsync();
        await client.EchoAsync("before");
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(3));
        await client.EchoAsync("after");
        await capture.EndAsync(Posix.SigInt);
        Assert.DoesNotContain(capture.Lines, line => line.Contains(" > ", StringComparison.Ordinal));
    }

    static bool Contains(byte[] wire, string text) => wire.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
