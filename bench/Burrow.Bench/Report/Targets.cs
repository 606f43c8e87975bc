using System.Globalization;
using Burrow.Bench.Pipes;
using Burrow.Bench.Web;

namespace Burrow.Bench.Report;

/// <summary>What the tunnel must reach: one row of the table. A row that wants several measurements is as good as the worst of them.</summary>
/// <param name="Claim">What is compared, with whom.</param>
/// <param name="Candidate">Whose figure it is.</param>
/// <param name="Bound">The target as it is printed.</param>
/// <param name="Figures">What was measured, or nulls where something is missing.</param>
/// <param name="IsMet">Whether one figure is good enough.</param>
/// <param name="IsAim">Wished for, not demanded.</param>
internal sealed record Target(string Claim, string Candidate, string Bound, double?[] Figures, Func<double, bool> IsMet, bool IsAim = false)
{
    public string Verdict => Figures.Any(figure => figure is null) ? "not measured" : Figures.All(figure => IsMet(figure!.Value)) ? "yes" : IsAim ? "not yet" : "**no**";
}

internal static class Targets
{
    const string Plain = "burrow-plaintext", Encrypted = "burrow-encrypted", Forward = "forward";

    static readonly string[] Modes = [Plain, "burrow-obfuscated", Encrypted];

    public static IEnumerable<Target> All(Measurements measured) =>
        [.. Relay(measured), Pipe(measured), .. Speed(measured), .. Latency(measured), .. Memory(measured), .. Survival(measured), .. Web(measured)];

    static IEnumerable<Target> Speed(Measurements measured)
    {
        foreach (var (candidate, peer, factor, isAim) in ((string, string, double, bool)[])
            [(Plain, "socat", 1.5, false), (Plain, "socat-128k", 0.7, false), (Encrypted, "stunnel", 1, false), (Encrypted, "ssh", 1, false), (Encrypted, "ssh-gcm", 1, true)])
        {
            yield return AtLeast("one stream, up and down", candidate, peer, factor, isAim, Metric.Up1, Metric.Down1);
            yield return AtLeast("64 streams, up and down", candidate, peer, factor, isAim, Metric.Up64, Metric.Down64);
        }

        yield return new Target("GB per CPU second of both ends, one stream up and down, 64 up and down, × stunnel", Encrypted, "≥ 1.0",
            [.. new[] { Metric.CpuUp1, Metric.CpuDown1, Metric.CpuUp64, Metric.CpuDown64 }.Select(metric => measured.Ratio("stunnel", Encrypted, metric))], figure => figure >= 1);
        yield return AtLeast("new connections per second, 64 at a time", Encrypted, "ssh", 1, false, Metric.Connects);
        yield return AtLeast("new connections per second, 64 at a time", Encrypted, "stunnel", 2, false, Metric.Connects);

        Target AtLeast(string claim, string candidate, string peer, double factor, bool isAim, params Metric[] metrics) =>
            new($"{claim}, × {peer}", candidate, $"≥ {factor:0.0}", [.. metrics.Select(metric => measured.Ratio(candidate, peer, metric))], figure => figure >= factor, isAim);
    }

    /// <summary>The relay alone, beside relays that do nothing else.</summary>
    static IEnumerable<Target> Relay(Measurements measured)
    {
        foreach (var (peer, factor, isAim) in ((string, double, bool)[])[("socat-relay", 1.2, false), ("socat-relay", 1.6, true), ("haproxy", 2, false), ("haproxy-splice", 2, false)])
        {
            // CPU seconds per GB: the less the better, so the peer's is divided by ours.
            yield return new Target($"GB per CPU second, 64 streams up and down, × {peer}", Forward, $"≥ {factor:0.0}",
                [measured.Ratio(peer, Forward, Metric.CpuUp64), measured.Ratio(peer, Forward, Metric.CpuDown64)], figure => figure >= factor, isAim);
        }

        foreach (var peer in (string[])["socat-relay", "haproxy", "haproxy-splice"])
        {
            yield return Against(peer, "one stream, up and down", 1, Metric.Up1, Metric.Down1);
            yield return Against(peer, "64 streams, up and down", 1, Metric.Up64, Metric.Down64);
        }

        yield return Against("socat-relay", "new connections per second, 64 at a time", 2, Metric.Connects);
        yield return Against("haproxy", "new connections per second, 64 at a time", 0.7, Metric.Connects);
        var idle = (measured.Median(Forward, Metric.NearMegabytes) - measured.Median(Forward, Metric.NearMegabytesBefore)) * 1e6 / measured.Median(Forward, Metric.Channels);
        yield return new Target($"RSS that each of {Number(measured, Forward, Metric.Channels)} idle connections adds, both sockets, bytes", Forward, "< 6000", [idle], figure => figure < 6000);

        Target Against(string peer, string claim, double factor, params Metric[] metrics) =>
            new($"{claim}, × {peer}", Forward, $"≥ {factor:0.0}", [.. metrics.Select(metric => measured.Ratio(Forward, peer, metric))], figure => figure >= factor);
    }

    static Target Pipe(Measurements measured) => new(
        "bytes per second from standard input to standard output over loopback, × socat -u with the same buffer", PipePart.Ours, "≥ 1.0", [measured.Ratio(PipePart.Ours, PipePart.Theirs, Metric.Piped)], figure => figure >= 1);

    static IEnumerable<Target> Latency(Measurements measured)
    {
        var stunnel = Added("stunnel");
        return Modes.Select(mode => new Target("added round trip of one byte, idle, p50, × stunnel's", mode, "< 1.5", [Added(mode) / stunnel], figure => figure < 1.5));

        double? Added(string candidate) => measured.Median(candidate, Metric.RoundTripP50) - measured.Median("bare", Metric.RoundTripP50);
    }

    static IEnumerable<Target> Memory(Measurements measured) => Modes.Select(mode => new Target(
        $"RSS with {Number(measured, mode, Metric.Channels)} idle channels, Jack and Jenny, MB", mode, "< 120",
        [measured.Median(mode, Metric.NearMegabytes), measured.Median(mode, Metric.FarMegabytes)], figure => figure < 120));

    static IEnumerable<Target> Survival(Measurements measured)
    {
        foreach (var mode in Modes)
        {
            yield return Within("first connect answered → first resumed byte, ms", mode, 300, Metric.AnsweredToFirstByte);
            yield return Within("path back after 5 s in which connects hung → first resumed byte, ms", mode, 300, Metric.BackAfterSilence);
            yield return Within("path back after 1 s and 5 s of refusals → first resumed byte, ms", mode, 300, Metric.BackAfterRefusal, Metric.BackAfterLongRefusal) with { IsAim = true };
            yield return Within("silent path under load → noticed, ms", mode, 4000, Metric.SilenceDetected);
            yield return new Target(
                $"bytes lost and doubled in {Number(measured, mode, Metric.ReplayMegabytes)} MB over {Number(measured, mode, Metric.Cuts)} cuts", mode, "0 and 0",
                [measured.Median(mode, Metric.Lost), measured.Median(mode, Metric.Doubled)], figure => figure == 0);
        }

        Target Within(string claim, string mode, double milliseconds, params Metric[] metrics) =>
            new(claim, mode, $"< {milliseconds:0}", [.. metrics.Select(metric => measured.Median(mode, metric))], figure => figure < milliseconds);
    }

    /// <summary>Through a Squid on the same machine, beside what else goes through it.</summary>
    static IEnumerable<Target> Web(Measurements measured)
    {
        yield return new Target("echo of one byte after a pause, p50, × a plain request's round trip", WebPart.Cycles, "< 5.0",
            [measured.Ratio(WebPart.Cycles, WebPart.Curl, Metric.WebEchoP50)], figure => figure < 5);
        yield return Against(WebPart.Curl, WebPart.Streaming, "100 MB up and down", 0.6);
        yield return Against(WebPart.Curl, WebPart.Cycles, "100 MB up and down", 0.3);
        foreach (var way in (string[])[WebPart.Streaming, WebPart.Cycles])
        {
            yield return Against(WebPart.HttpTunnel, way, "100 MB up and down", 1);
            yield return new Target("echo of one byte after a pause, p50, × httptunnel's", way, "< 1.0", [measured.Ratio(way, WebPart.HttpTunnel, Metric.WebEchoP50)], figure => figure < 1);
        }

        yield return Against(WebPart.Tcp, WebPart.WebSocket, "one stream without a proxy, up and down", 0.7);
        yield return new Target("requests per second while nothing happens", WebPart.Cycles, "< 0.1", [measured.Median(WebPart.Cycles, Metric.WebIdleRequests)], figure => figure < 0.1);
        yield return new Target("way reset → first byte by the next, ms", WebPart.Moving, "< 1500", [measured.Median(WebPart.Moving, Metric.MoveAfterReset)], figure => figure < 1500);
        yield return new Target("way silent → first byte by the next, ms", WebPart.Moving, "< 5000", [measured.Median(WebPart.Moving, Metric.MoveAfterSilence)], figure => figure < 5000);

        Target Against(string peer, string candidate, string claim, double factor) =>
            new($"{claim}, × {peer}", candidate, $"≥ {factor:0.0}", [measured.Ratio(candidate, peer, Metric.WebUp), measured.Ratio(candidate, peer, Metric.WebDown)], figure => figure >= factor);
    }

    static string Number(Measurements measured, string candidate, Metric metric) => measured.Median(candidate, metric)?.ToString("0", CultureInfo.InvariantCulture) ?? "–";
}
