using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>
/// The examples of the original tools' readme as they stand there, under the original names, with the names of hosts adapted to the lab. There is no fourth example of tcppipe in the original either. Machine
/// "target" is the lab's server.
/// </summary>
public sealed class OriginalExamplesTests : TunnelTest
{
    string _bin = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _bin = Path.Combine(Lab.Folder, "bin");
        await Shell.RunAsync([BurrowProgram.Path, "links", _bin]);
        foreach (var address in (string[])["10.0.0.1", "10.0.0.2"])
        {
            await Lab.Client.RunAsync(["ip", "addr", "add", $"{address}/32", "dev", "lo"]);
            await Lab.Server.RunAsync(["ip", "route", "add", $"{address}/32", "via", "10.77.2.1"]);
            await Lab.FirewallHost.RunAsync(["ip", "route", "add", $"{address}/32", "via", NetworkLab.ClientAddress]);
        }
    }

    [Fact]
    public async Task R_SHD_27_Example1_TarThroughTcppipe_FromTheLeastUsedInterface()
    {
        await Lab.FirewallHost.RunAsync(["nft", "flush", "chain", "inet", "lab", "translate"]); // the target is to see the source as it is
        await TreeAsync();
        var hosts = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, "user", ".stt")).FullName;
        await File.WriteAllTextAsync(Path.Combine(hosts, "default"), "10.0.0.1 1024\n10.0.0.2 512\n");
        using var listener = Lab.Server.Listen(1234, "0.0.0.0");
        var sender = Run(Lab.Client, "tar cv F | tcppipe -b ~/.stt/default - server.lab 1234");
        using var target = await listener.AcceptAsync();
        Assert.Equal(IPAddress.Parse("10.0.0.2"), ((IPEndPoint)target.RemoteEndPoint!).Address);
        var received = new byte[65536];
        while (await target.ReceiveAsync(received) > 0) { }
        target.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await sender.WaitForExitAsync());
        Assert.DoesNotContain("10.0.0.2 512\n", await File.ReadAllTextAsync(Path.Combine(hosts, "default")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task R_SHD_02_28_Example2_LimitedAndShown_TheTreeIsTheSame()
    {
        await TreeAsync();
        var receiver = Run(Lab.Server, "tcppipe -p -l 102400 :1234 - | tar xv");
        await receiver.WaitForLineAsync("listening on");
        var began = TimeProvider.System.GetTimestamp();
        var sender = Run(Lab.Client, "tar cv F | tcppipe - server.lab 1234");
        Assert.Equal(0, await sender.WaitForExitAsync(60));
        Assert.Equal(0, await receiver.WaitForExitAsync());
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 300_000 / 102_400.0 / 1.1, double.MaxValue);
        await receiver.WaitForLineAsync("KiB/s now, .*iB/s mean, ");
        await SameTreeAsync();
    }

    [Fact]
    public async Task R_SHD_29_Example3_ListensOnTheLeastUsedInterface()
    {
        await File.WriteAllTextAsync(Path.Combine(Lab.Client.Folder, "file"), "10.0.0.1 1024\n10.0.0.2 512\n");
        var receiver = Run(Lab.Client, "tcppipe -b file :2345 -");
        await receiver.WaitForLineAsync("listening on 10.0.0.2:2345");
        using (var sender = await Lab.Client.ConnectAsync(2345, "10.0.0.2")) await sender.SendAsync("bytes\n"u8.ToArray());
        await receiver.WaitForLineAsync("^bytes$");
        Assert.Equal(0, await receiver.WaitForExitAsync());
    }

    [Fact]
    public async Task R_SHD_02_30_Example5_TheLeastUsedHostReceives()
    {
        await TreeAsync();
        await File.WriteAllTextAsync(Path.Combine(Lab.Client.Folder, "hostfile"), "client.lab 99999999\nserver.lab 5\n");
        var receiver = Run(Lab.Server, "tcppipe :1234 - | tar xv");
        await receiver.WaitForLineAsync("listening on");
        var sender = Run(Lab.Client, "tar cv F | tcppipe -n hostfile -l 102400 - . 1234");
        Assert.Equal(0, await sender.WaitForExitAsync(60));
        Assert.Equal(0, await receiver.WaitForExitAsync());
        await SameTreeAsync();
        Assert.StartsWith("client.lab 99999999\nserver.lab 3", await File.ReadAllTextAsync(Path.Combine(Lab.Client.Folder, "hostfile")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task R_SHD_02_36_38_PortForwarding_ToTheLeastUsedOfAMultiplexFile()
    {
        await Lab.Client.RunAsync(["sh", "-c", $"echo '10.0.0.1 host1\n10.0.0.2 host2' >> /etc/netns/{Lab.Client.Name}/hosts"]);
        await File.WriteAllTextAsync(Path.Combine(Lab.Client.Folder, "hosts"), "# file starts\nhost1 1024\nhost2 512\n");
        using var other = Lab.Client.Listen(80, "10.0.0.1");
        using var chosen = Lab.Client.Listen(80, "10.0.0.2");
        var forward = Run(Lab.Client, "tcp-pf -s 1234 -l hosts -p 80");
        await forward.WaitForLineAsync("listening on");
        using (var client = await Lab.Client.ConnectAsync(1234))
        {
            using var target = await chosen.AcceptAsync().Within(20, "host2 is dialled");
            await client.SendAsync(new byte[1000]);
            await target.ReceiveExactlyAsync(1000);
            Assert.False(other.Poll(0, SelectMode.SelectRead));
        }
        Assert.Equal(0, await forward.EndAsync(Posix.SigTerm));
        Assert.Equal("# file starts\nhost1 1024\nhost2 1512\n", await File.ReadAllTextAsync(Path.Combine(Lab.Client.Folder, "hosts")));
    }

    [Fact]
    public async Task R_SHD_39_InaddrDefault_ThatIsAName_IsTheOnlyAddress()
    {
        await Lab.Client.RunAsync(["sh", "-c", $"echo '10.0.0.2 host3.mydomain.com' >> /etc/netns/{Lab.Client.Name}/hosts"]);
        var forward = Run(Lab.Client, "INADDR_DEFAULT=host3.mydomain.com tcp-pf -s 1234 -d client.lab:80");
        await forward.WaitForLineAsync("listening on");
        Assert.Contains("10.0.0.2:1234", await Lab.Client.RunAsync(["ss", "-Hltn"]), StringComparison.Ordinal);
        Assert.Single((await Lab.Client.RunAsync(["ss", "-Hltn", "sport", "=", ":1234"])).Trim().Split('\n'));
        await Assert.ThrowsAsync<SocketException>(() => Lab.Client.ConnectAsync(1234, "10.0.0.1"));
    }

    [Fact]
    public async Task R_SHD_40_OnlyAFriend_IsLetIn()
    {
        await Lab.Server.RunAsync(["sh", "-c", $"echo '{NetworkLab.ServerAddress} myfriend.org' >> /etc/netns/{Lab.Server.Name}/hosts"]);
        using var service = Lab.Server.Listen(80);
        var forward = Run(Lab.Server, "tcp-pf -s 1234 -d localhost:80 -a myfriend.org");
        await forward.WaitForLineAsync("listening on");
        using var stranger = await Lab.Server.ConnectAsync(1234);
        Assert.NotNull(await Record.ExceptionAsync(() => stranger.ReceiveExactlyAsync(1)));
        Assert.False(service.Poll(0, SelectMode.SelectRead));
        using var friend = await Lab.Server.ConnectAsync(1234, NetworkLab.ServerAddress);
        using var served = await service.AcceptAsync().Within(20, "the friend is led on");
    }

    [Fact]
    public async Task R_SHD_02_46_51_Pair_SshAndAHundredMegabytesBothWays_ToAMachineBehindAFirewall()
    {
        var sshd = await Sshd.StartAsync(Lab.Client, 22);
        var listen = Run(Lab.Server, "listentwo -s 1234 -d 2345 --hello-dst");
        await listen.WaitForLineAsync("listening on .*:2345");
        Run(Lab.Client, "connecttwo -s server.lab:2345 -d localhost:22 --hello-from-src");
        var ssh = sshd.Ssh(Lab.Server, 1234, "echo logged in");
        Assert.Equal(0, await ssh.WaitForExitAsync());
        Assert.Contains("logged in", ssh.Output, StringComparison.Ordinal);

        var content = RandomNumberGenerator.GetBytes(100_000_000);
        var (source, there, back) = (Path.Combine(Lab.Folder, "source"), Path.Combine(Lab.Folder, "there"), Path.Combine(Lab.Folder, "back"));
        await File.WriteAllBytesAsync(source, content);
        Assert.Equal(0, await sshd.ScpTo(Lab.Server, 1234, source, there).WaitForExitAsync(120));
        Assert.Equal(0, await sshd.ScpFrom(Lab.Server, 1234, there, back).WaitForExitAsync(120));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(back)));
    }

    // 300 KB of a file and a folder: three seconds at the example's rate.
    async Task TreeAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, "F", "sub")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "file"), RandomNumberGenerator.GetBytes(300_000));
        await File.WriteAllTextAsync(Path.Combine(Lab.Client.Folder, "F", "small"), "x");
    }

    async Task SameTreeAsync() => await Shell.RunAsync(["diff", "-r", Path.Combine(Lab.Client.Folder, "F"), Path.Combine(Lab.Server.Folder, "F")]);

    // A shell where the tools are found by their names, and which fails when any part of a pipe does.
    LabProcess Run(LabHost host, string example)
    {
        var home = Directory.CreateDirectory(Path.Combine(host.Folder, "user")).FullName;
        return host.Start(["bash", "-c", $"set -o pipefail; {example}"], new Dictionary<string, string>
        {
            ["PATH"] = $"{_bin}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin",
            ["HOME"] = home,
            ["BURROW_DIRECTORY"] = home,
        });
    }
}
