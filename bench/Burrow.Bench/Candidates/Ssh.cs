using System.Net;
using Burrow.Bench.Children;

namespace Burrow.Bench.Candidates;

/// <summary><c>ssh -L</c> to an sshd of our own, with keys and configuration of our own.</summary>
internal sealed class Ssh(string name, params string[] options) : Candidate(name)
{
    public override string? WhyMissing => MissingUnless("ssh", "sshd", "ssh-keygen");

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var folder = scratch.NewFolder("ssh");
        if (Environment.IsPrivilegedProcess)
        {
            // Where sshd keeps its unprivileged half; the service's unit makes it, and we run none.
            Directory.CreateDirectory("/run/sshd");
        }

        var (host, user) = (NewKey(folder, "host"), NewKey(folder, "user"));
        var (listen, carrier) = (Ports.Next(), Ports.Next());
        var daemon = ScratchDirectory.Write(folder, "sshd_config", $"""
            ListenAddress {carrier}
            HostKey {host}
            AuthorizedKeysFile {user}.pub
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            PermitRootLogin prohibit-password

            """);
        var known = ScratchDirectory.Write(folder, "known_hosts", $"[{carrier.Address}]:{carrier.Port} {File.ReadAllText(host + ".pub")}");
        var client = ScratchDirectory.Write(folder, "ssh_config", $"""
            Host *
              IdentityFile {user}
              IdentitiesOnly yes
              UserKnownHostsFile {known}
              GlobalKnownHostsFile none
              BatchMode yes
              ControlMaster no
              ExitOnForwardFailure yes

            """);
        var far = ChildProcess.Start(Find("sshd")!, ["-D", "-e", "-f", daemon]);

        // ssh tries once: it must not come before sshd listens.
        new Running(carrier, null, far).WaitUntilListening();
        var near = ChildProcess.Start(Find("ssh")!, [
            "-F", client, "-N", .. options, "-p", $"{carrier.Port}", "-L", $"{listen}:{server}", $"{Environment.UserName}@{carrier.Address}",
        ]);
        return new Running(listen, near, far);
    }

    static string NewKey(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        using var keygen = ChildProcess.Start(Find("ssh-keygen")!, ["-q", "-t", "ed25519", "-N", "", "-f", path]);
        return keygen.WaitForExit(TimeSpan.FromSeconds(10)) && File.Exists(path) ? path : throw new IOException("ssh-keygen made no key" + keygen.LastWords);
    }
}
