using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;
using Xunit;

namespace Burrow.EndToEnd.Tests;

/// <summary>Every kind of proxy, with bulk both ways and ssh beside it.</summary>
[Collection(Alone.Name)]
public sealed class ProxyMatrixTests : WebTunnelTest
{
    const int SshPort = 7072;
    const int LocalSshPort = 9002;

    string[] Maps => ["-L", Forward, "-L", $"{LocalSshPort}:127.0.0.1:{SshPort}"];

    async Task BulkAndSshAsync(SocketService service, Sshd sshd, long length = Length)
    {
        var (client, server) = await PairAsync(service);
        var ssh = sshd.Ssh(Lab.Client, LocalSshPort, Ticking.Command);
        var transfer = BothWaysAsync(client, server, length, out _, out _);
        await Ticking.GoesOnAsync(ssh, more: 10, seconds: 60);
        await transfer.Within(150, "bulk both ways");
        await Ticking.GoesOnAsync(ssh, more: 5);
        client.Dispose();
    }

    [Theory, Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-15"), Trait("Promise", "R-ERL-24")]
    [InlineData(ProxyPassword.None, WebRules.Open, "auto", "http", Traits = ["Category", "Soak"])]
    [InlineData(ProxyPassword.None, WebRules.Strict, "auto", "cycles", Traits = ["Category", "Soak"])]
    [InlineData(ProxyPassword.Basic, WebRules.Open, "cycles", "cycles", Traits = ["Category", "Soak"])]
    [InlineData(ProxyPassword.Basic, WebRules.Strict, "auto", "cycles", Traits = ["Category", "Soak"])]
    [InlineData(ProxyPassword.Digest, WebRules.Upgrade, "auto", "ws", Traits = ["Category", "Soak"])]
    [InlineData(ProxyPassword.Digest, WebRules.Open, "cycles", "cycles")]
    [InlineData(ProxyPassword.Ntlm, WebRules.Upgrade, "ws", "ws")]
    [InlineData(ProxyPassword.Ntlm, WebRules.Open, "http", "http")]
    [InlineData(ProxyPassword.Ntlm, WebRules.Open, "cycles", "cycles")]
    public async Task TwentyMegabytesBothWays_AndSsh(ProxyPassword password, WebRules rules, string carrier, string way)
    {
        await StartProxyAsync(rules, password);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        var sshd = await Sshd.StartAsync(Lab.Server, SshPort);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, [.. await ProxyOptionsAsync(password), "--carrier", carrier, .. Maps]);
        await BulkAndSshAsync(service, sshd);
        await Jack.WaitForLineAsync($"(is up|resumed) by {way} through {Squid.Url}");
    }

    [Theory, Trait("Promise", "R-ERL-14"), Trait("Promise", "R-ERL-15"), Trait("Promise", "R-ERL-17")]
    [InlineData(true)]
    [InlineData(false, Traits = ["Category", "Soak"])]
    public async Task StoreAndForward_TenMegabytesBothWays_AndSsh(bool keepsOpen)
    {
        await using var proxy = new WholeBodyProxy(Lab.FirewallHost, keepsOpen, saysSo: keepsOpen);
        await Squid.OnlyWayOutAsync(Lab);
        await using var service = SocketService.Hold(Lab.Server, ServicePort);
        var sshd = await Sshd.StartAsync(Lab.Server, SshPort);
        StartJenny("--listen", "tcp://*:80");
        StartJackBy(WebUrl, ["--proxy", WholeBodyProxy.Url, .. Maps]);
        await BulkAndSshAsync(service, sshd, Length / 2);
        await Jack.WaitForLineAsync($"by cycles through {WholeBodyProxy.Url}");
    }

    async Task<string[]> ProxyOptionsAsync(ProxyPassword password)
    {
        if (password == ProxyPassword.None) return ["--proxy", Squid.Url];
        var file = Path.Combine(Lab.Folder, "proxy-password");
        await File.WriteAllTextAsync(file, Squid.Password + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return ["--proxy", $"http://{Squid.User}@{NetworkLab.GatewayAddress}:{Squid.Port}", "--proxy-password-file", file];
    }
}
