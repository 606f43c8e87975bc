namespace Burrow.EndToEnd.Lab;

/// <summary>What the firewall does with packets of connections that it does not know (any more).</summary>
public enum UnknownPackets
{
    /// <summary>Drops them: both ends wait.</summary>
    Dropped,

    /// <summary>Answers with a reset: the sender's connection dies at once.</summary>
    Reset,
}

/// <summary>Which way packets vanish.</summary>
[Flags]
public enum Direction
{
    ToServer = 1,
    ToClient = 2,
    Both = ToServer | ToClient,
}

/// <summary>The NAT firewall of a lab, and everything that it, its cables and its provider do to a connection.</summary>
sealed class Firewall(LabHost client, LabHost firewall, LabHost server)
{
    int _clientSuffix = 2;
    int _wanSuffix = 1;

    /// <summary>Links, addresses and rules of a freshly started firewall.</summary>
    public async Task InstallAsync()
    {
        await LinksUpAsync();
        // Strict tracking, as in firewalls that one curses: no picking up of connections in the middle.
        await firewall.RunAsync(["sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0", "net.netfilter.nf_conntrack_tcp_be_liberal=0"]);
        // The holes are at the link to the client, so that they also hit what a middlebox on the firewall itself handles.
        await firewall.RunAsync(["nft", "-f", "-"], """
            table inet lab {
              chain hole_to_server { }
              chain hole_to_client { }
              chain unknown { drop; }
              chain before { type filter hook prerouting priority raw; iifname "lan" jump hole_to_server; }
              chain after { type filter hook postrouting priority raw; oifname "lan" jump hole_to_client; }
              chain through {
                type filter hook forward priority filter;
                ct state invalid jump unknown
                ct state new iifname "wan" drop
              }
              chain translate { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
            }
            """);
    }

    /// <summary>The firewall is off for a while, and has forgotten every connection when it is back.</summary>
    public async Task RebootAsync(TimeSpan off, UnknownPackets afterwards = UnknownPackets.Dropped)
    {
        await PowerOffAsync();
        await Task.Delay(off);
        await PowerOnAsync(afterwards);
    }

    public async Task PowerOffAsync()
    {
        await Shell.RunAsync(["ip", "-n", firewall.Name, "-batch", "-"], "link set lan down\nlink set wan down\n");
        await FlushAsync();
    }

    public async Task PowerOnAsync(UnknownPackets afterwards = UnknownPackets.Dropped)
    {
        await TreatUnknownAsync(afterwards);
        await FlushAsync();
        await LinksUpAsync();
    }

    /// <summary>The connection table is lost while the links stay up.</summary>
    public async Task ForgetAsync(UnknownPackets afterwards)
    {
        await TreatUnknownAsync(afterwards);
        await FlushAsync();
    }

    /// <summary>From now on a connection that was idle for so long is forgotten.</summary>
    public Task ForgetIdleAsync(int seconds) => firewall.RunAsync(["sysctl", "-qw", $"net.netfilter.nf_conntrack_tcp_timeout_established={seconds}"]);

    /// <summary>Waits until no connection is known any more.</summary>
    public Task AllForgottenAsync() =>
        Deadline.UntilAsync(async () => (await firewall.RunAsync(["conntrack", "-L"])).Length == 0, TimeSpan.FromSeconds(20), "the firewall still knows a connection");

    /// <summary>The client gets another address, as in another wireless network; its old one is gone.</summary>
    public async Task RoamAsync()
    {
        _clientSuffix++;
        await Shell.RunAsync(["ip", "-n", client.Name, "-batch", "-"], $"""
            addr flush dev eth0 scope global
            addr add 10.77.1.{_clientSuffix}/24 dev eth0
            addr add fd77:1::{_clientSuffix}/64 dev eth0 nodad
            route replace default via {NetworkLab.GatewayAddress}
            route replace ::/0 via fd77:1::1

            """);
    }

    /// <summary>The provider gives the firewall another public address; what was translated to the old one is lost.</summary>
    public async Task ChangePublicAddressAsync()
    {
        _wanSuffix = _wanSuffix == 1 ? 10 : _wanSuffix + 1;
        await Shell.RunAsync(["ip", "-n", firewall.Name, "-batch", "-"], $"addr flush dev wan scope global\naddr add 10.77.2.{_wanSuffix}/24 dev wan\naddr add fd77:2::{_wanSuffix}/64 dev wan nodad\n");
        await FlushAsync();
    }

    /// <summary>Packets vanish without a word.</summary>
    public async Task OpenHoleAsync(Direction direction)
    {
        if (direction.HasFlag(Direction.ToServer)) await RuleAsync("add rule inet lab hole_to_server counter drop");
        if (direction.HasFlag(Direction.ToClient)) await RuleAsync("add rule inet lab hole_to_client counter drop");
    }

    /// <summary>Packets pass again.</summary>
    public async Task CloseHoleAsync()
    {
        await RuleAsync("flush chain inet lab hole_to_server");
        await RuleAsync("flush chain inet lab hole_to_client");
    }

    /// <summary>Both directions carry no more than so many megabits a second, with a queue of 100 ms.</summary>
    public async Task LimitRateAsync(int megabits)
    {
        foreach (var link in new[] { "lan", "wan" })
            await firewall.RunAsync(["tc", "qdisc", "replace", "dev", link, "root", "tbf", "rate", $"{megabits}mbit", "burst", "128kb", "latency", "100ms"]);
    }

    /// <summary>Resets every TCP connection that leaves one of the two machines, at both ends, as an administrator or an overload would.</summary>
    public async Task ResetConnectionsAsync()
    {
        await client.RunAsync(["ss", "-K", "dst", "10.77.0.0/16"]);
        await server.RunAsync(["ss", "-K", "src", "10.77.0.0/16"]);
    }

    Task<string> RuleAsync(string rule) => firewall.RunAsync(["nft", .. rule.Split(' ')]);

    async Task TreatUnknownAsync(UnknownPackets treatment)
    {
        await RuleAsync("flush chain inet lab unknown");
        await RuleAsync(treatment == UnknownPackets.Reset ? "add rule inet lab unknown meta l4proto tcp reject with tcp reset" : "add rule inet lab unknown drop");
    }

    Task<string> FlushAsync() => firewall.RunAsync(["conntrack", "-F"]);

    // A link that goes down loses its IPv6 addresses, so they are set at every start.
    Task<string> LinksUpAsync() => Shell.RunAsync(["ip", "-n", firewall.Name, "-batch", "-"], $"""
        link set lan up
        link set wan up
        addr replace {NetworkLab.GatewayAddress}/24 dev lan
        addr replace fd77:1::1/64 dev lan nodad
        addr replace 10.77.2.{_wanSuffix}/24 dev wan
        addr replace fd77:2::{_wanSuffix}/64 dev wan nodad

        """);
}
