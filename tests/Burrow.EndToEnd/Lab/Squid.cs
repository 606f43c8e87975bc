using System.Security.Cryptography;
using System.Text;

namespace Burrow.EndToEnd.Lab;

/// <summary>Who may pass a <see cref="Squid"/>.</summary>
public enum ProxyPassword
{
    None,
    Basic,
    Digest,
    Ntlm,
}

/// <summary>What a <see cref="Squid"/> lets pass.</summary>
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

    /// <summary>CONNECT to port 443 and nothing else: no plain HTTP.</summary>
    Connect443,

    /// <summary>Requests of the house's own browser alone, which brings a header line of the house's.</summary>
    HouseBrowser,
}

/// <summary>A real Squid on a lab's firewall, as the only way out when <see cref="OnlyWayOutAsync"/> was called.</summary>
sealed class Squid
{
    public const int Port = 3128;
    public const string Url = $"http://{NetworkLab.GatewayAddress}:3128";
    public const string User = "alice";

    /// <summary>With what breaks careless parsers: colon, at, slash, per cent, blank, a letter of two bytes.</summary>
    public const string Password = "p:w@/%41 ä";

    // A CHALLENGE_MESSAGE of MS-NLMP 2.2.1.2: domain LAB, computer DC.
    const string NtlmChallenge = "TlRMTVNTUAACAAAABgAGADgAAAAVgoliAQIDBAUGBwgAAAAAAAAAABYAFgA+AAAABgGwHQAAAA9MAEEAQgACAAYATABBAEIAAQAEAEQAQwAAAAAA";

    readonly NetworkLab _lab;
    readonly string _configuration;
    readonly string _log;
    WebRules _rules;
    LabProcess? _running;

    Squid(NetworkLab lab, string configuration, string log, WebRules rules) => (_lab, _configuration, _log, _rules) = (lab, configuration, log, rules);

    /// <summary>The access log's lines.</summary>
    public async Task<string[]> LogAsync() => File.Exists(_log) ? await File.ReadAllLinesAsync(_log) : [];

    public static async Task<Squid> StartAsync(NetworkLab lab, ProxyPassword password = ProxyPassword.None, WebRules rules = WebRules.Open)
    {
        Requires.Tools("squid");
        var folder = Directory.CreateDirectory(Path.Combine(lab.FirewallHost.Folder, "squid")).FullName;
        // Squid gives its rights up to a user of its own.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        // Squid's helpers compare what arrives with the file, byte by byte.
        var basic = $"{User}:{await Apr1Async(Password)}\n";
        await File.WriteAllTextAsync(Path.Combine(folder, "basic"), basic);
#pragma warning disable CA5351 // what the helper's file holds
        var digest = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{User}:lab:{Password}")));
#pragma warning restore CA5351
        await File.WriteAllTextAsync(Path.Combine(folder, "digest"), $"{User}:lab:{digest}\n");
        // Squid's own ntlm_fake_auth answers by a challenge without the parts that NTLMv2 needs. This one has them; it lets in whoever goes through all three steps.
        await File.WriteAllTextAsync(Path.Combine(folder, "ntlm"), $"""
            #!/bin/sh
            while read -r verb token; do
              case $verb in
                YR) echo "TT {NtlmChallenge}" ;;
                KK) echo "AF {User}" ;;
                *) echo "BH unknown" ;;
              esac
            done
            """);
        File.SetUnixFileMode(Path.Combine(folder, "ntlm"), (UnixFileMode)0b111_101_101);
        var authentication = password switch
        {
            ProxyPassword.Basic => $"auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/basic\nauth_param basic realm lab\n",
            ProxyPassword.Digest => $"auth_param digest program /usr/lib/squid/digest_file_auth -c {folder}/digest\nauth_param digest realm lab\nauth_param digest nonce_max_count 3\n",
            ProxyPassword.Ntlm => $"auth_param ntlm program {folder}/ntlm\n",
            _ => "",
        };
        var known = password == ProxyPassword.None ? "" : "acl known proxy_auth REQUIRED\nhttp_access deny !known\n";
        var log = Path.Combine(folder, "access.log");
        await File.WriteAllTextAsync(Path.Combine(folder, "squid.conf"), $"""
            http_port {Port}
            pid_filename none
            access_log stdio:{log}
            logfile_rotate 0
            buffered_logs off
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
            {authentication}{known}{Allowed(rules)}
            """);
        var squid = new Squid(lab, Path.Combine(folder, "squid.conf"), log, rules);
        await squid.RunAsync();
        return squid;
    }

    /// <summary>Ends it, with every connection through it, and starts it again after a while.</summary>
    /// <param name="rules">Other ones from now on; null: those that it had.</param>
    public async Task RestartAsync(TimeSpan off, WebRules? rules = null)
    {
        await _running!.EndAsync(Posix.SigKill);
        if (rules is { } others)
        {
            var text = await File.ReadAllTextAsync(_configuration);
            await File.WriteAllTextAsync(_configuration, text.Replace(Allowed(_rules), Allowed(others), StringComparison.Ordinal));
            _rules = others;
        }
        await Task.Delay(off);
        await RunAsync();
    }

    /// <summary>From now on nothing passes the firewall but what goes through the proxy.</summary>
    public static Task OnlyWayOutAsync(NetworkLab lab) =>
        lab.FirewallHost.RunAsync(["nft", "insert", "rule", "inet", "lab", "through", "drop"]);

    async Task RunAsync()
    {
        // Squid names its shared memory as every Squid does, and does not start where another one, perhaps killed, has left its own: each gets a /dev/shm to itself. "ip netns exec" has made a
        // mount namespace for this process alone.
        _running = _lab.FirewallHost.Start(["sh", "-c", "mount -t tmpfs none /dev/shm && exec \"$@\"", "squid", Requires.Find("squid")!, "-N", "-f", _configuration]);
        (await _lab.Client.ConnectWhenListeningAsync(Port, NetworkLab.GatewayAddress)).Dispose();
    }

    static string Allowed(WebRules rules)
    {
        const string OnlyPort80 = "http_access deny CONNECT\nhttp_access allow port80\nhttp_access deny all\n";
        return rules switch
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
            WebRules.HouseBrowser => $"acl house browser ^HouseBrowser\nacl site req_header X-Site ^7$\nhttp_access deny !house\nhttp_access deny !site\n{OnlyPort80}",
            WebRules.Connect443 => "acl port443 port 443\nhttp_access allow CONNECT port443\nhttp_access deny all\n",
            _ => "http_access allow all\n",
        };
    }

    static async Task<string> Apr1Async(string password) => (await Shell.RunAsync(["openssl", "passwd", "-apr1", "-stdin"], password + "\n")).Trim();
}
