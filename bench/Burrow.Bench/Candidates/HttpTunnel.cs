using System.Net;
using Burrow.Bench.Children;

namespace Burrow.Bench.Candidates;

/// <summary>GNU httptunnel's two ends with a proxy between them. It carries one connection at a time.</summary>
internal sealed class HttpTunnel(IPEndPoint proxy) : Candidate("httptunnel")
{
    public override string? WhyMissing => MissingUnless("hts", "htc");

    public override int MostChannels(int descriptors) => 1;

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server)
    {
        var (listen, web) = (Ports.Next(), Ports.Next());
        var far = ChildProcess.Start(Find("hts")!, ["-w", "-F", $"{server}", $"{web}"]);
        var near = ChildProcess.Start(Find("htc")!, ["-w", "-P", $"{proxy}", "-F", $"{listen.Port}", $"{web}"]);
        return new Running(listen, near, far);
    }
}
