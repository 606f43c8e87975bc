using System.Net;

namespace Burrow.Bench.Candidates;

/// <summary>Jack and Jenny by one of the web's ways, through a proxy when one is given.</summary>
/// <param name="carrier">As <c>--carrier</c> takes it; null: plain tcp.</param>
internal sealed class BurrowWeb(string name, string mode, string? carrier, IPEndPoint? proxy) : BurrowPair(mode, name)
{
    protected override string[] Dial(IPEndPoint jenny) =>
        carrier is null ? base.Dial(jenny) : [$"http://{jenny}/", "--carrier", carrier, "--proxy", proxy is null ? "none" : $"http://{proxy}"];
}
