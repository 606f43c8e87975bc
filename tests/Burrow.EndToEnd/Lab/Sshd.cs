using System.Globalization;

namespace Burrow.EndToEnd.Lab;

/// <summary>A real sshd on one machine and a key to log in as root, without touching the system's own configuration.</summary>
sealed class Sshd
{
    readonly string _folder;

    Sshd(string folder) => _folder = folder;

    public static async Task<Sshd> StartAsync(LabHost host, int port, string address = "127.0.0.1")
    {
        Requires.Tools("sshd", "ssh", "scp", "ssh-keygen");
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "sshd")).FullName;
        // sshd refuses to start without the folder it separates privileges in; a system without a running sshd has none.
        Directory.CreateDirectory("/run/sshd");
        foreach (var key in new[] { "host", "key" })
            await Shell.RunAsync(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, key)]);
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), $"""
            ListenAddress {address}:{port}
            HostKey {folder}/host
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            AuthorizedKeysFile {folder}/key.pub
            Subsystem sftp internal-sftp

            """);
        var sshd = host.Start([Requires.Find("sshd")!, "-D", "-e", "-f", Path.Combine(folder, "config")]);
        await sshd.WaitForLineAsync("Server listening");
        return new Sshd(folder);
    }

    /// <summary>An ssh that is started on <paramref name="host"/> and logs in through a local port.</summary>
    public LabProcess Ssh(LabHost host, int port, string command, string address = "127.0.0.1") =>
        host.Start(["ssh", "-n", .. Options, "-p", port.ToString(CultureInfo.InvariantCulture), $"root@{address}", command]);

    /// <summary>An scp from <paramref name="host"/> through a local port to the other side.</summary>
    public LabProcess ScpTo(LabHost host, int port, string source, string destination) =>
        host.Start(["scp", .. Options, "-P", port.ToString(CultureInfo.InvariantCulture), source, $"root@127.0.0.1:{destination}"]);

    /// <summary>The same the other way.</summary>
    public LabProcess ScpFrom(LabHost host, int port, string source, string destination) =>
        host.Start(["scp", .. Options, "-P", port.ToString(CultureInfo.InvariantCulture), $"root@127.0.0.1:{source}", destination]);

    // No keep-alives of ssh's own: what is tested is that it notices nothing.
    // Once a second, for a map may begin to listen a moment later.
    string[] Options => ["-o", "ConnectionAttempts=20", "-F", "none", "-i", Path.Combine(_folder, "key"), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "BatchMode=yes",
        "-o", "ServerAliveInterval=0", "-o", "TCPKeepAlive=no"];
}
