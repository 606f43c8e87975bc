namespace Burrow.EndToEnd.Lab;

/// <summary>What a <see cref="WebProxy"/> lets pass.</summary>
public enum WebRules
{
    /// <summary>Everything but Upgrade, which Squid removes by itself.</summary>
    Open,

    /// <summary>Plain HTTP to port 80 alone, WebSockets among it.</summary>
    Upgrade,

    /// <summary>
    /// Plain HTTP to port 80 from what calls itself a browser; bodies of 64 KB up and 256 KB down; connections of 20 s; no connection is kept.
    /// </summary>
    Strict,
}

/// <summary>A real Squid on a lab's firewall that passes plain HTTP on, as the only way out.</summary>
sealed class WebProxy(NetworkLab lab, string configuration)
{
    public const int Port = 3128;
    public const string Url = $"http://{NetworkLab.GatewayAddress}:3128";

    LabProcess? _squid;

    public static async Task<WebProxy> StartAsync(NetworkLab lab, WebRules rules)
    {
        Requires.Tools("squid");
        var folder = Directory.CreateDirectory(Path.Combine(lab.FirewallHost.Folder, "web-proxy")).FullName;
        // Squid gives its rights up to a user of its own.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        const string OnlyPort80 = "http_access deny CONNECT\nhttp_access allow port80\nhttp_access deny all\n";
        var allowed = rules switch
        {
            WebRules.Upgrade => $"http_upgrade_request_protocols websocket allow all\n{OnlyPort80}",
            WebRules.Strict => $"""
                acl browser browser ^Mozilla
                http_access deny !browser
                request_body_max_size 64 KB
                reply_body_max_size 256 KB
                client_lifetime 20 seconds
                read_timeout 8 seconds
                client_persistent_connections off
                server_persistent_connections off
                {OnlyPort80}
                """,
            _ => "http_access allow all\n",
        };
        var configuration = Path.Combine(folder, "squid.conf");
        await File.WriteAllTextAsync(configuration, $"""
            http_port {Port}
            pid_filename none
            access_log stdio:{folder}/access.log
            cache_log {folder}/cache.log
            cache deny all
            cache_mem 8 MB
            coredump_dir {folder}
            shutdown_lifetime 0 seconds
            dns_nameservers 127.0.0.1
            pinger_enable off
            netdb_filename none
            visible_hostname labproxy
            acl port80 port 80
            {allowed}
            """);
        await lab.FirewallHost.RunAsync(["nft", "insert", "rule", "inet", "lab", "through", "drop"]);
        var proxy = new WebProxy(lab, configuration);
        await proxy.RunAsync();
        return proxy;
    }

    /// <summary>Ends it, with every connection through it, and starts it again after a while.</summary>
    public async Task RestartAsync(TimeSpan off)
    {
        await _squid!.EndAsync(Posix.SigKill);
        await Task.Delay(off);
        await RunAsync();
    }

    async Task RunAsync()
    {
        _squid = lab.FirewallHost.Start([Requires.Find("squid")!, "-N", "-f", configuration]);
        (await lab.Client.ConnectWhenListeningAsync(Port, NetworkLab.GatewayAddress)).Dispose();
    }
}
