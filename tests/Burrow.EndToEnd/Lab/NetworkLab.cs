namespace Burrow.EndToEnd.Lab;

/// <summary>
/// Three machines in network namespaces: a client behind a firewall that translates addresses, and a server beyond it.
/// <code>
///   client                      firewall                      server
///   eth0 10.77.1.2   ─────  lan 10.77.1.1 | wan 10.77.2.1  ─────  eth0 10.77.2.2
///        fd77:1::2              fd77:1::1 |     fd77:2::1              fd77:2::2
/// </code>
/// The server has no route to the client's network: only what the client starts passes, as behind any home router.
/// </summary>
sealed class NetworkLab : IAsyncDisposable
{
    public const string ClientAddress = "10.77.1.2";
    public const string ClientAddress6 = "fd77:1::2";
    public const string GatewayAddress = "10.77.1.1";
    public const string ServerAddress = "10.77.2.2";
    public const string ServerAddress6 = "fd77:2::2";

    static int _count;

    NetworkLab(string folder, LabHost client, LabHost firewall, LabHost server)
    {
        Folder = folder;
        Client = client;
        FirewallHost = firewall;
        Server = server;
        Firewall = new Firewall(client, firewall, server);
    }

    public LabHost Client { get; }

    public LabHost Server { get; }

    public LabHost FirewallHost { get; }

    /// <summary>What can go wrong on the way.</summary>
    public Firewall Firewall { get; }

    /// <summary>Files that both machines see.</summary>
    public string Folder { get; }

    /// <summary>Makes a lab of its own for one test; several run side by side.</summary>
    public static async Task<NetworkLab> CreateAsync()
    {
        Requires.Namespaces();
        await LabSweep.RemoveLeftoversAsync();
        var number = Interlocked.Increment(ref _count);
        var folder = Directory.CreateDirectory(LabSweep.FolderOf(number)).FullName;
        var hosts = $"127.0.0.1 localhost\n::1 localhost\n{ServerAddress} server.lab\n{ServerAddress6} server6.lab\n{ClientAddress} client.lab\n";
        Task<LabHost> HostAsync(string role) => LabHost.CreateAsync(LabSweep.NameOf(number, role), Path.Combine(folder, role), hosts);
        var lab = new NetworkLab(folder, await HostAsync("client"), await HostAsync("firewall"), await HostAsync("server"));
        try
        {
            await lab.ConnectAsync();
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        await FirewallHost.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    async Task ConnectAsync()
    {
        var (client, firewall, server) = (Client.Name, FirewallHost.Name, Server.Name);
        await Shell.RunAsync(["ip", "-batch", "-"], $"""
            link add eth0 netns {client} type veth peer name lan netns {firewall}
            link add eth0 netns {server} type veth peer name wan netns {firewall}

            """);
        await Shell.RunAsync(["ip", "-n", client, "-batch", "-"], $"""
            link set eth0 up
            addr add {ClientAddress}/24 dev eth0
            addr add {ClientAddress6}/64 dev eth0 nodad
            route add default via {GatewayAddress}
            route add ::/0 via fd77:1::1

            """);
        await Shell.RunAsync(["ip", "-n", server, "-batch", "-"], $"""
            link set eth0 up
            addr add {ServerAddress}/24 dev eth0
            addr add {ServerAddress6}/64 dev eth0 nodad

            """);
        await Firewall.InstallAsync();
    }
}
