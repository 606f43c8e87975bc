using System.Diagnostics;
using System.Globalization;
using System.Net;
using Burrow.Bench.Candidates;
using Burrow.Bench.Children;
using Burrow.Bench.Load;
using Burrow.Bench.Report;
using Burrow.Bench.Survival;

namespace Burrow.Bench.Web;

/// <summary>What the web carriers reach through a Squid, beside curl and GNU httptunnel through the same one; and how long a session needs to move to its next way.</summary>
internal sealed class WebPart(
    BenchOptions options, ScratchDirectory scratch, Measurements measurements, IPEndPoint server, Action<string> say, Action<string> problem)
{
    public const string Curl = "curl", HttpTunnel = "httptunnel", Streaming = "burrow-http", Cycles = "burrow-cycles", Tcp = "burrow-tcp", WebSocket = "burrow-ws", Moving = "burrow-moving";

    const string Mode = "encrypted";

    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(50);

    public static IReadOnlyList<string> Names { get; } = [Curl, HttpTunnel, Streaming, Cycles, WebSocket, Tcp];

    public void Run()
    {
        if (Squid.WhyMissing is { } missing)
        {
            problem($"web: {missing}");
            return;
        }

        using var squid = new Squid(scratch);
        var origin = Ports.Next();
        using var files = ChildProcess.StartSelf("files", $"{origin}");
        files.ReadLine(Patience);
        Candidate[] tunnels =
        [
            new HttpTunnel(squid.Address), new BurrowWeb(Streaming, Mode, "http", squid.Address), new BurrowWeb(Cycles, Mode, "cycles", squid.Address),
            new BurrowWeb(WebSocket, Mode, "ws", null), new BurrowWeb(Tcp, Mode, null, null),
        ];
        for (var round = 1; round <= options.Rounds; round++)
        {
            Try(Curl, round, () => WithoutTunnel(squid, origin, round));
            foreach (var tunnel in tunnels.Where(tunnel => options.Wants(tunnel.Name) && tunnel.WhyMissing is null))
            {
                Try(tunnel.Name, round, () => Through(tunnel, round));
            }
        }

        foreach (var tunnel in tunnels.Where(tunnel => tunnel.WhyMissing is not null))
        {
            problem($"{tunnel.Name} is missing: {tunnel.WhyMissing}");
        }

        Try(Cycles, 1, () => Idle(tunnels.First(tunnel => tunnel.Name == Cycles), squid));
        Try(Moving, 1, Move);
    }

    void WithoutTunnel(Squid squid, IPEndPoint origin, int round)
    {
        foreach (var (down, metric) in ((bool, Metric)[])[(false, Metric.WebUp), (true, Metric.WebDown)])
        {
            measurements.Add(Curl, metric, round, options.WebBytes / 1e6 / Web.Curl.Seconds(squid.Address, origin, down, options.WebBytes, scratch));
        }

        Echoes(Curl, round, LoadProcess.Run(null, "plain-requests", $"{squid.Address}", $"{origin}", $"{options.WebEchoes}", Text(Pause.TotalMilliseconds)));
    }

    void Through(Candidate tunnel, int round)
    {
        foreach (var (down, metric) in ((bool, Metric)[])[(false, Metric.WebUp), (true, Metric.WebDown)])
        {
            // A pair for each: httptunnel carries one connection in its life, reliably.
            using var pair = tunnel.Start(scratch, server);
            var result = LoadProcess.Run(null, "transfer", $"{pair.Address}", $"{server}", down ? "down" : "up", $"{options.WebBytes}");
            measurements.Add(tunnel.Name, metric, round, result["bytes"] / 1e6 / result["seconds"]);
        }

        using var running = tunnel.Start(scratch, server);
        Echoes(tunnel.Name, round, LoadProcess.Run(null, "idle-echoes", $"{running.Address}", $"{options.WebEchoes}", Text(Pause.TotalMilliseconds)));
    }

    void Echoes(string name, int round, LoadResult result)
    {
        measurements.Add(name, Metric.WebEchoP50, round, result["p50"]);
        measurements.Add(name, Metric.WebEchoP99, round, result["p99"]);
        say($"round {round}, web, {name}: {Figure(Metric.WebUp)} MB/s up, {Figure(Metric.WebDown)} down, {Figure(Metric.WebEchoP50)} µs there and back");

        string Figure(Metric metric) => Text(Math.Round(measurements.Median(name, metric) ?? 0));
    }

    /// <summary>Requests that the proxy sees while a connection is open on which nothing happens. A request that is held still is counted when it ends, so one more may be under way.</summary>
    void Idle(Candidate cycles, Squid squid)
    {
        using var running = cycles.Start(scratch, server);
        Pass(running, TimeSpan.FromSeconds(2));
        var before = squid.Requests;
        Pass(running, options.WebIdle);
        var requests = squid.Requests - before;
        measurements.Add(Cycles, Metric.WebIdleRequests, 1, requests / options.WebIdle.TotalSeconds);
        say($"idle, {Cycles}: {requests} requests in {options.WebIdle.TotalSeconds:0} s");
    }

    /// <summary>Jack has two ways, tcp and http. The first fails under load, and what counts is the first byte by the second.</summary>
    void Move()
    {
        for (var round = 1; round <= (options.Quick ? 1 : 5); round++)
        {
            foreach (var (metric, isReset) in ((Metric, bool)[])[(Metric.MoveAfterReset, true), (Metric.MoveAfterSilence, false)])
            {
                FaultyPath? first = null, second = null;
                using var running = new BurrowPair(Mode, Moving).StartBy(scratch, server, jenny =>
                {
                    var (one, two) = (Ports.Next(), Ports.Next());
                    (first, second) = (new FaultyPath(one, jenny), new FaultyPath(two, jenny));
                    return [$"tcp://{one}", $"http://{two}/", "--carrier", "http"];
                });
                using var tcp = first!;
                using var http = second!;
                using var arrivals = new ArrivalClock(running.Address);
                using var up = new Uploader(running.Address);
                Pass(running, TimeSpan.FromSeconds(1));
                http.Watch();
                var broken = Stopwatch.GetTimestamp();
                if (isReset)
                {
                    tcp.Refuse();
                }
                else
                {
                    tcp.Silence(holdNew: true);
                }

                while (http.FirstAccepted == 0)
                {
                    if (Stopwatch.GetElapsedTime(broken) > Patience)
                    {
                        throw new IOException($"the second way was not dialled within {Patience.TotalSeconds:0} s");
                    }

                    Pass(running, Glance);
                }

                var took = Stopwatch.GetElapsedTime(broken, arrivals.FirstAfter(http.FirstAccepted, Patience)).TotalMilliseconds;
                measurements.Add(Moving, metric, round, took);
                say($"first way {(isReset ? "reset" : "silent")}: first byte by the second after {took:0} ms");
            }
        }
    }

    void Try(string name, int round, Action measure)
    {
        try
        {
            if (options.Wants(name)) measure();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            problem($"web, {name}, round {round}: {e.Message}");
        }
    }

    static void Pass(Running running, TimeSpan time)
    {
        if (running.Near!.WaitForExit(time) || !running.IsAlive)
        {
            throw new IOException($"one end has died{running.Near.LastWords}{running.Far!.LastWords}");
        }
    }

    static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
