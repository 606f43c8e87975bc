using System.Security.Cryptography;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>What people use the tunnel for, with the programs that they use.</summary>
public sealed class ReadyMadeUseTests : TunnelTest
{
    [Theory, Trait("Promise", "R-BURROW-14")]
    [InlineData(UnknownPackets.Dropped)]
    [InlineData(UnknownPackets.Reset)]
    public async Task Ssh_OverAFirewallReboot_MissesNoTick(UnknownPackets afterwards)
    {
        var sshd = await Sshd.StartAsync(Lab.Server, ServicePort);
        StartBoth();
        (await DialJackAsync()).Dispose();
        var ssh = sshd.Ssh(Lab.Client, JackPort, Ticking.Command);
        await Ticking.GoesOnAsync(ssh);
        var ends = Lab.Client.Start(["tcpdump", "-n", "-l", "-i", "lo", $"tcp port {JackPort} and tcp[tcpflags] & (tcp-rst|tcp-fin) != 0"]);
        await ends.WaitForLineAsync("listening on");
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(5), afterwards);
        await Ticking.GoesOnAsync(ssh, more: 70);
        Assert.False(ssh.HasExited);
        await ends.EndAsync(Posix.SigInt);
        Assert.DoesNotContain(ends.Lines, line => line.Contains(" > ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scp_OverAFirewallReboot_CopiesTheSameFile()
    {
        var sshd = await Sshd.StartAsync(Lab.Server, ServicePort);
        StartBoth();
        (await DialJackAsync()).Dispose();
        await Lab.Firewall.LimitRateAsync(40);
        var (source, copy) = (Path.Combine(Lab.Folder, "source"), Path.Combine(Lab.Folder, "copy"));
        var content = RandomNumberGenerator.GetBytes(16 << 20);
        await File.WriteAllBytesAsync(source, content);
        var scp = sshd.ScpTo(Lab.Client, JackPort, source, copy);
        await Deadline.UntilAsync(() => File.Exists(copy) && new FileInfo(copy).Length > 2 << 20, TimeSpan.FromSeconds(20), "the copy does not grow");
        Assert.False(scp.HasExited);
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(0, await scp.WaitForExitAsync(60));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(copy)));
    }

    [Fact, Trait("Promise", "R-BURROW-11")]
    public async Task Curl_ThroughMapsOfBothDirections_GetsThePage()
    {
        await using var there = HttpFiles.Serve(Lab.Server, ServicePort, "Jenny's page");
        await using var here = HttpFiles.Serve(Lab.Client, JackServicePort, "Jack's page");
        StartBoth();
        (await DialJackAsync()).Dispose();
        (await DialJennyAsync()).Dispose();
        Assert.Equal("Jenny's page", await Lab.Client.RunAsync(["curl", "-sS", "-m", "10", $"http://127.0.0.1:{JackPort}/"]));
        Assert.Equal("Jack's page", await Lab.Server.RunAsync(["curl", "-sS", "-m", "10", $"http://127.0.0.1:{JennyPort}/"]));
    }

    [Fact]
    public async Task DatabaseChatter_OverReboots_GetsEveryAnswer()
    {
        await using var database = Chatter.Serve(Lab.Server, ServicePort);
        StartBoth();
        using var client = await DialJackAsync();
        var asking = Chatter.AskAsync(client, questions: 400, seed: 1, TimeSpan.FromMilliseconds(10));
        for (var i = 0; i < 4; i++)
            await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(0.5), i % 2 == 0 ? UnknownPackets.Dropped : UnknownPackets.Reset);
        await asking.Within(90, "400 questions");
    }
}
