using System.Net.Sockets;
using Burrow.EndToEnd.Lab;
using Burrow.EndToEnd.Services;

namespace Burrow.EndToEnd.Tests;

/// <summary>What tests of the web carriers share: a Squid as the only way out, Jack who goes through it, and twenty megabytes each way.</summary>
public abstract class WebTunnelTest : TunnelTest
{
    internal const int Length = 20 << 20;
    internal const string WebUrl = $"http://{NetworkLab.ServerAddress}/";

    internal LabProcess StartJackThroughProxy(params string[] options) => StartJackThrough(Squid.Url, options);

    internal LabProcess StartJackThrough(string proxy, params string[] options) =>
        Lab.Client.Start(["env", $"http_proxy={proxy}", BurrowProgram.Path, "jack", WebUrl, "--secret-file", Secret, .. options], Home());

    internal Dictionary<string, string> Home()
    {
        var home = Directory.CreateDirectory(Path.Combine(Lab.Client.Folder, "user")).FullName;
        return new() { ["HOME"] = home, ["XDG_CONFIG_HOME"] = home, ["XDG_RUNTIME_DIR"] = home, ["XDG_STATE_HOME"] = home };
    }

    internal async Task<Squid> StartProxyAsync(WebRules rules, ProxyPassword password = ProxyPassword.None)
    {
        var squid = await Squid.StartAsync(Lab, password, rules);
        await Squid.OnlyWayOutAsync(Lab);
        return squid;
    }

    internal async Task<(Socket Client, Socket Server)> PairAsync(SocketService service)
    {
        var client = await DialJackAsync();
        await client.SendTextAsync("!");
        var server = await service.CallerAsync(0, seconds: 40);
        await server.ReceiveExactlyAsync(1);
        return (client, server);
    }

    internal static Task TwentyMegabytesAsync(Socket client, Socket server, out Pattern up) => BothWaysAsync(client, server, Length, out up, out _);

    /// <summary>So many bytes up and down at once, each word of which says where it belongs.</summary>
    internal static Task BothWaysAsync(Socket client, Socket server, long length, out Pattern up, out Pattern down)
    {
        var (first, second) = (new Pattern(1), new Pattern(2));
        (up, down) = (first, second);
        return Task.WhenAll(first.SendAsync(client, length), first.ReceiveAsync(server, length), second.SendAsync(server, length), second.ReceiveAsync(client, length));
    }
}
