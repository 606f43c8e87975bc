using System.Net;
using System.Net.Sockets;

namespace Burrow.EndToEnd.Lab;

/// <summary>
/// One machine of a lab: a network namespace with its own name resolution and its own folder. Programs are started in it, and sockets made in it belong to it for good, so
/// that the test itself can be a client or a service there without a process of its own.
/// </summary>
sealed class LabHost : IAsyncDisposable
{
    // One thread for all children: see PermanentThread.
    static readonly PermanentThread Spawner = new("spawner");

    readonly PermanentThread _inside;
    readonly List<LabProcess> _processes = [];

    LabHost(string name, string folder)
    {
        Name = name;
        Folder = folder;
        _inside = new PermanentThread(name, () =>
        {
            using var handle = File.OpenHandle($"/run/netns/{name}");
            Posix.EnterNetwork(handle);
        });
    }

    /// <summary>The namespace's name.</summary>
    public string Name { get; }

    /// <summary>A folder for this machine's files: home, configuration, state, logs.</summary>
    public string Folder { get; }

    /// <summary>Makes the namespace. Names resolve by <paramref name="hosts"/> (as in /etc/hosts) and by nothing else, so that an unknown name is unknown at once.</summary>
    public static async Task<LabHost> CreateAsync(string name, string folder, string hosts)
    {
        Directory.CreateDirectory(folder);
        var etc = Directory.CreateDirectory($"/etc/netns/{name}").FullName;
        await File.WriteAllTextAsync(Path.Combine(etc, "hosts"), hosts);
        await File.WriteAllTextAsync(Path.Combine(etc, "nsswitch.conf"), "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n");
        await Shell.RunAsync(["ip", "netns", "add", name]);
        await Shell.RunAsync(["ip", "-n", name, "link", "set", "lo", "up"]);
        // The default may be BBR, which hides losses; reno is the one that every kernel lets a namespace choose. No duplicate address detection: addresses work at once.
        await Shell.RunAsync(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.tcp_congestion_control=reno",
            "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
        return new LabHost(name, folder);
    }

    /// <summary>Starts a program here.</summary>
    public LabProcess Start(string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var process = Spawner.Run(() => LabProcess.Start(this, command, environment ?? new Dictionary<string, string>()));
        lock (_processes) _processes.Add(process);
        return process;
    }

    /// <summary>Runs a program here to its end.</summary>
    /// <returns>What it printed.</returns>
    public Task<string> RunAsync(string[] command, string? input = null) => Shell.RunAsync(["ip", "netns", "exec", Name, .. command], input);

    /// <summary>A socket that listens here; on <c>::</c> for IPv4, too.</summary>
    public Socket Listen(int port, string address = "127.0.0.1", int backlog = 512) => _inside.Run(() =>
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
        socket.Bind(endPoint);
        socket.Listen(backlog);
        return socket;
    });

    /// <summary>Connects from here. By connect(2) itself, which succeeds also when the reset of a client that nobody wants follows at once: the runtime's asynchronous connect may report that instead.</summary>
    /// <exception cref="SocketException">It was refused or unreachable.</exception>
    /// <exception cref="TimeoutException">There was no answer.</exception>
    public async Task<Socket> ConnectAsync(int port, string address = "127.0.0.1", TimeSpan? limit = null)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        var socket = _inside.Run(() => new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await Task.Run(() => socket.Connect(endPoint)).WaitAsync(limit ?? TimeSpan.FromSeconds(10));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects from here as soon as somebody listens.</summary>
    public async Task<Socket> ConnectWhenListeningAsync(int port, string address = "127.0.0.1", TimeSpan? limit = null)
    {
        var deadline = new Deadline(limit ?? TimeSpan.FromSeconds(20), $"nobody listens on {address}:{port} in {Name}");
        while (true)
        {
            try
            {
                return await ConnectAsync(port, address);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionRefused)
            {
                await deadline.PollAsync();
            }
        }
    }

    /// <summary>Ends every program that was started here and removes the namespace.</summary>
    public async ValueTask DisposeAsync()
    {
        LabProcess[] processes;
        lock (_processes) processes = [.. _processes];
        foreach (var process in processes) await process.DisposeAsync();
        _inside.Dispose();
        await LabSweep.RemoveAsync(Name);
    }
}
