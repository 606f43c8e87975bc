using System.Net;
using Burrow.Bench.Children;

namespace Burrow.Bench.Candidates;

/// <summary>No tunnel at all: what everything else is a fraction of.</summary>
internal sealed class Bare() : Candidate("bare")
{
    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server) => new(server, null, null);
}

/// <summary>haproxy in TCP mode: one hop only, for orientation, and what our own relay is compared with.</summary>
internal sealed class Haproxy(string name, params string[] options) : Candidate(name)
{
    public override string? WhyMissing => MissingUnless("haproxy");

    public override int MostChannels(int descriptors) => (descriptors / 2) - 200;

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var listen = Ports.Next();
        var file = ScratchDirectory.Write(scratch.NewFolder("haproxy"), "haproxy.cfg", $"""
            defaults
              mode tcp
              timeout connect 5s
              timeout client 1h
              timeout server 1h
            {string.Concat(options.Select(option => $"  {option}\n"))}
            listen bench
              bind {listen}
              server load {server}

            """);
        return new Running(listen, ChildProcess.Start(Find("haproxy")!, ["-db", "-f", file]), null);
    }
}

/// <summary>Two socat relays in a row: as many hops as a tunnel has, without any of its work.</summary>
internal sealed class Socat(string name, params string[] options) : Candidate(name)
{
    public override string? WhyMissing => MissingUnless("socat");

    public override int MostChannels(int descriptors) => 0;

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var (near, far) = (Ports.Next(), Ports.Next());
        return new Running(near, Relay(near, far), Relay(far, server));
    }

    // The backlog of 5 would drop handshakes of 64 clients at once, and time the kernel's retries.
    ChildProcess Relay(IPEndPoint listen, IPEndPoint to) =>
        ChildProcess.Start(Find("socat")!, [.. options, $"TCP4-LISTEN:{listen.Port},bind={listen.Address},fork,reuseaddr,backlog=1024", $"TCP4:{to}"]);
}

/// <summary>One socat that relays, as our own relay does: one hop.</summary>
internal sealed class SocatRelay() : Candidate("socat-relay")
{
    public override string? WhyMissing => MissingUnless("socat");

    public override int MostChannels(int descriptors) => 0;

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var listen = Ports.Next();
        return new Running(listen, ChildProcess.Start(
            Find("socat")!, ["-b", "262144", $"TCP4-LISTEN:{listen.Port},bind={listen.Address},fork,reuseaddr,backlog=1024", $"TCP4:{server}"]), null);
    }
}

/// <summary><c>burrow forward</c>: our relay alone, one hop.</summary>
internal sealed class ForwardRelay() : Candidate("forward")
{
    readonly string? _program = BurrowPair.Program;

    public override string? WhyMissing => _program is null ? "no ./burrow in the repository, and BURROW names none" : null;

    public override int MostChannels(int descriptors) => (descriptors / 2) - 200;

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var listen = Ports.Next();
        var surroundings = new Dictionary<string, string> { ["BURROW_DIRECTORY"] = scratch.NewFolder("forward") };
        return new Running(listen, ChildProcess.Start(_program!, ["forward", "-q", "-s", $"{listen}", "-d", $"{server}"], surroundings), null);
    }
}
