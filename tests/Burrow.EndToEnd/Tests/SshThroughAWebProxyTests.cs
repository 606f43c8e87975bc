using System.Security.Cryptography;
using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>ssh and scp behind a Squid that keeps no connection, cuts what takes longer than some seconds, and passes small bodies alone.</summary>
public sealed class SshThroughAWebProxyTests : WebTunnelTest
{
    // Squid cuts what is idle for 8 s: an hour of idleness behind one that cuts after some minutes has about as many requests.
    const int IdleRequests = 4;

    [Fact, Trait("Promise", "R-ERL-15"), Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-17")]
    public async Task Ssh_IdlesWhileTheProxyClosesEveryConnection_AndScpCopiesTheSameFile()
    {
        var squid = await StartProxyAsync(WebRules.Strict);
        var sshd = await Sshd.StartAsync(Lab.Server, ServicePort);
        StartJenny("--listen", "tcp://*:80");
        var jack = StartJackThroughProxy("-L", Forward);
        (await DialJackAsync()).Dispose();
        await jack.WaitForLineAsync("(is up|resumed) by cycles", seconds: 60);

        var (source, there, back, signal) = (Path.Combine(Lab.Folder, "source"), Path.Combine(Lab.Folder, "there"), Path.Combine(Lab.Folder, "back"), Path.Combine(Lab.Folder, "signal"));
        var content = RandomNumberGenerator.GetBytes(4 << 20);
        await File.WriteAllBytesAsync(source, content);
        Assert.Equal(0, await sshd.ScpTo(Lab.Client, JackPort, source, there).WaitForExitAsync(60));
        Assert.Equal(0, await sshd.ScpFrom(Lab.Client, JackPort, there, back).WaitForExitAsync(60));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(back)));

        var ssh = sshd.Ssh(Lab.Client, JackPort, $"echo asleep; while ! [ -e {signal} ]; do sleep 0.2; done; echo awake");
        await ssh.WaitForLineAsync("^asleep$", seconds: 40);
        var before = (await squid.LogAsync()).Length;
        await Deadline.UntilAsync(async () => (await squid.LogAsync()).Length >= before + IdleRequests, TimeSpan.FromSeconds(90), "the proxy closes no idle connection");
        await File.WriteAllTextAsync(signal, "");
        await ssh.WaitForLineAsync("^awake$", seconds: 30);
        Assert.Equal(0, await ssh.WaitForExitAsync());
    }
}
