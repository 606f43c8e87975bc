using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>The relay tools between machines: a service behind a firewall, and pipes over a path that is cut.</summary>
public sealed class RelayToolTests : TunnelTest
{
    const int ClientsPort = 1234;
    const int HelpersPort = 2345;

    [Fact]
    public async Task R_SHD_46_Ssh_ThroughListenTwo_ReachesAMachineBehindAFirewall()
    {
        var sshd = await Sshd.StartAsync(Lab.Client, 22);
        var listen = Lab.Server.StartBurrow("there", "listentwo", "-s", "1234", "-d", "2345", "--hello-dst");
        await listen.WaitForLineAsync($"listening on .*:{HelpersPort}");
        var connect = Lab.Client.StartBurrow("behind", "connecttwo", "-s", $"{NetworkLab.ServerAddress}:2345", "-d", "localhost:22", "--hello-from-src");
        for (var i = 0; i < 3; i++)
        {
            var ssh = sshd.Ssh(Lab.Server, ClientsPort, "echo logged in");
            Assert.Equal(0, await ssh.WaitForExitAsync());
            Assert.Contains("logged in", ssh.Output, StringComparison.Ordinal);
        }
        Assert.Contains("client 127.0.0.1:", connect.Output, StringComparison.Ordinal);
    }

    /// <summary>Neither an end nor a reset comes: it is known by its silence, and the next machine that comes serves the client that came meanwhile.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task R_SHD_53_HelperThatVanishesSilentlyWhileItWaits_IsGivenUp_AndThePairIsFreeAgain(bool secret)
    {
        string[] more = secret ? ["--secret-file", Secret] : [];
        await using var service = SocketService.Echo(Lab.Client, ServicePort);
        var listen = Lab.Server.StartBurrow("there", ["listentwo", "-s", "1234", "-d", "2345", "--hello-dst", .. more]);
        await listen.WaitForLineAsync($"listening on .*:{HelpersPort}");
        Lab.Client.StartBurrow("behind", ["connecttwo", "-s", $"{NetworkLab.ServerAddress}:2345", "-d", $"127.0.0.1:{ServicePort}", "--hello-from-src", .. more]);
        await listen.WaitForLineAsync("waits for a client");
        await Lab.Firewall.OpenHoleAsync(Direction.Both);
        await listen.WaitForLineAsync("left before a client came", seconds: 11 + 10);
        using var client = await Lab.Server.ConnectAsync(ClientsPort);
        await client.SendTextAsync("kept");
        await listen.WaitForLineAsync("waits for the other machine");
        await Lab.Firewall.CloseHoleAsync();
        Assert.Equal("kept", await client.ReceiveTextAsync(4).Within(40, "the client is led on"));
    }

    /// <summary>With bytes on their way that nobody confirms, the kernel alone would wait for a quarter of an hour.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task R_SHD_53_HelperThatVanishesSilentlyWhileItServes_IsGivenUp_AndThePairIsFreeAgain(bool bytesOnTheirWay)
    {
        await using var service = SocketService.Echo(Lab.Client, ServicePort);
        var listen = Lab.Server.StartBurrow("there", "listentwo", "-s", "1234", "-d", "2345", "--hello-dst");
        await listen.WaitForLineAsync($"listening on .*:{HelpersPort}");
        Lab.Client.StartBurrow("behind", "connecttwo", "-s", $"{NetworkLab.ServerAddress}:2345", "-d", $"127.0.0.1:{ServicePort}", "--hello-from-src");
        using var client = await Lab.Server.ConnectAsync(ClientsPort);
        await client.EchoAsync("served");
        await Lab.Firewall.OpenHoleAsync(Direction.Both);
        if (bytesOnTheirWay) await client.SendTextAsync("into the void");
        Assert.Equal(SocketError.ConnectionReset, await client.HowItEndsAsync().Within(11 + 15, "the client is told"));
        await Lab.Firewall.CloseHoleAsync();
        using var next = await Lab.Server.ConnectAsync(ClientsPort);
        await next.EchoAsync("served again", seconds: 60);
    }

    [Fact]
    public async Task Scp_ThroughAPairThatResumes_SurvivesACut()
    {
        var sshd = await Sshd.StartAsync(Lab.Client, 22);
        Lab.Server.StartBurrow("there", "listentwo", "-s", "1234", "-d", "2345", "--secret-file", Secret, "--resume");
        Lab.Client.StartBurrow("behind", "connecttwo", "-s", $"{NetworkLab.ServerAddress}:2345", "-d", "localhost:22", "--secret-file", Secret, "--resume");
        (await Lab.Server.ConnectWhenListeningAsync(ClientsPort)).Dispose();
        await Lab.Firewall.LimitRateAsync(40);
        var (source, copy) = (Path.Combine(Lab.Folder, "source"), Path.Combine(Lab.Folder, "copy"));
        var content = RandomNumberGenerator.GetBytes(12 << 20);
        await File.WriteAllBytesAsync(source, content);
        var scp = sshd.ScpTo(Lab.Server, ClientsPort, source, copy);
        await Deadline.UntilAsync(() => File.Exists(copy) && new FileInfo(copy).Length > 1 << 20, TimeSpan.FromSeconds(30), "the copy does not grow");
        Assert.False(scp.HasExited);
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(0, await scp.WaitForExitAsync(60));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(copy)));
    }

    [Theory]
    [InlineData(UnknownPackets.Dropped)]
    [InlineData(UnknownPackets.Reset)]
    public async Task Tar_ThroughAPipeThatResumes_SurvivesCuts_AndBothEndsSayTheSameSum(UnknownPackets afterwards)
    {
        var (source, copy) = (Directory.CreateDirectory(Path.Combine(Lab.Folder, "dir")).FullName, Directory.CreateDirectory(Path.Combine(Lab.Folder, "copy")).FullName);
        var content = RandomNumberGenerator.GetBytes(12 << 20);
        await File.WriteAllBytesAsync(Path.Combine(source, "file"), content);
        await Lab.Firewall.LimitRateAsync(40);
        var receiver = Shell(Lab.Server, "receiver", $"'{BurrowProgram.Path}' pipe --resume --secret-file '{Secret}' :1234 - | tar xf - -C '{copy}'");
        await receiver.WaitForLineAsync("listening on");
        var sender = Shell(Lab.Client, "sender", $"tar cf - -C '{source}' . | '{BurrowProgram.Path}' pipe --resume --secret-file '{Secret}' - {NetworkLab.ServerAddress} 1234");
        var file = Path.Combine(copy, "file");
        for (var cut = 1; cut <= 2; cut++)
        {
            await Deadline.UntilAsync(() => File.Exists(file) && new FileInfo(file).Length > cut * (2L << 20), TimeSpan.FromSeconds(40), "the copy does not grow");
            Assert.False(sender.HasExited);
            await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(1), afterwards);
        }
        Assert.Equal(0, await sender.WaitForExitAsync(60));
        Assert.Equal(0, await receiver.WaitForExitAsync(60));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(file)));
        var sum = await sender.WaitForLineAsync("^sha256 .* confirmed by both ends$");
        Assert.Contains(sum, receiver.Lines);
    }

    [Fact]
    public async Task WithoutResume_ACutIsNoSuccess()
    {
        var receiver = Lab.Server.StartBurrow("receiver", "pipe", ":1234", "-");
        await receiver.WaitForLineAsync("listening on");
        await Lab.Firewall.LimitRateAsync(20);
        var sender = Shell(Lab.Client, "sender", $"yes | head -c 20000000 | '{BurrowProgram.Path}' pipe - {NetworkLab.ServerAddress} 1234");
        await receiver.WaitForLineAsync("^y$");
        await Lab.Firewall.RebootAsync(TimeSpan.FromSeconds(0.5), UnknownPackets.Reset);
        Assert.Equal(1, await sender.WaitForExitAsync(60));
    }

    /// <summary>Of the addresses of INADDR_DEFAULT's name, the one of the target's family is used, whichever comes first.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task R_SHD_05_InaddrDefaultThatIsAName_ServesBothFamilies_AlsoUnderResume(string address)
    {
        using var listener = Lab.Client.Listen(HelpersPort, address);
        var target = new IPEndPoint(IPAddress.Parse(address), HelpersPort);
        Lab.Client.Start(
            [BurrowProgram.Path, "connecttwo", "-s", target.ToString(), "-d", "localhost:1", "--secret-file", Secret, "--resume"],
            new Dictionary<string, string> { ["BURROW_DIRECTORY"] = Lab.Folder, ["INADDR_DEFAULT"] = "localhost" });
        using var accepted = await listener.AcceptAsync().Within(20, "it dials");
        Assert.Equal(target.Address, ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }

    static LabProcess Shell(LabHost host, string user, string script)
    {
        var home = Directory.CreateDirectory(Path.Combine(host.Folder, user)).FullName;
        return host.Start(["bash", "-c", $"set -o pipefail; {script}"], new Dictionary<string, string> { ["BURROW_DIRECTORY"] = home });
    }
}
