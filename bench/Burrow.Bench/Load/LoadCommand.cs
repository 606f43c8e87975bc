using System.Globalization;
using System.Net;
using Burrow.Bench.Web;

namespace Burrow.Bench.Load;

/// <summary>The sub-commands in which this program is its own load, in processes of their own: their CPU isn't the tunnel's.</summary>
internal static class LoadCommand
{
    /// <summary>The exit code of the sub-command, or null when <paramref name="words"/> doesn't begin with one.</summary>
    public static int? Run(string[] words) => words switch
    {
        ["serve", var at] => LoadServer.Run(Address(at)),
        ["throughput", var through, var server, "down" or "up", var streams, var warmUp, var seconds] =>
            Throughput.Run(Address(through), Address(server), words[3] == "down", (int)Number(streams), Number(warmUp), Number(seconds)),
        ["round-trips", var through, var warmUp, var seconds] => RoundTrips.Run(Address(through), Number(warmUp), Number(seconds)),
        ["connects", var through, var atOnce, var warmUp, var seconds] => ConnectRate.Run(Address(through), (int)Number(atOnce), Number(warmUp), Number(seconds)),
        ["transfer", var through, var server, "down" or "up", var bytes] => Transfer.Run(Address(through), Address(server), words[3] == "down", (long)Number(bytes)),
        ["idle-echoes", var through, var count, var pause] => IdleEchoes.Run(Address(through), (int)Number(count), TimeSpan.FromMilliseconds(Number(pause))),
        ["plain-requests", var proxy, var origin, var count, var pause] =>
            PlainRequests.Run(Address(proxy), Address(origin), (int)Number(count), TimeSpan.FromMilliseconds(Number(pause))),
        ["files", var at] => FileServer.Run(Address(at)),
        ["hold", var through, var wanted, var seconds] => IdleHold.Run(Address(through), (int)Number(wanted), Number(seconds)),
        _ => null,
    };

    static IPEndPoint Address(string text) => IPEndPoint.Parse(text);

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
