using System.Globalization;
using System.Net;
using Burrow.Bench.Candidates;
using Burrow.Bench.Children;
using Burrow.Bench.Load;
using Burrow.Bench.Pipes;
using Burrow.Bench.Report;
using Burrow.Bench.Survival;
using Burrow.Bench.Web;

namespace Burrow.Bench;

/// <summary>Measures: for each round, for each load, each candidate in turn. All of it on the caller's thread, which must be the main one (<see cref="ChildProcess"/>).</summary>
internal sealed class Driver(BenchOptions options, ScratchDirectory scratch, Measurements measurements, IReadOnlyList<Candidate> candidates)
{
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    readonly Dictionary<string, Running> _running = [];
    readonly IPEndPoint _server = Ports.Next();

    public static IReadOnlyList<Candidate> AllCandidates { get; } =
    [
        new Bare(), new Haproxy("haproxy"), new Haproxy("haproxy-splice", "option splice-auto"), new SocatRelay(), new ForwardRelay(), new Socat("socat"), new Socat("socat-128k", "-b", "131072"),
        new Ssh("ssh"), new Ssh("ssh-gcm", "-c", "aes256-gcm@openssh.com"), new Stunnel(),
        new BurrowPair("plaintext"), new BurrowPair("obfuscated"), new BurrowPair("encrypted"),
    ];

    public void Run()
    {
        using var server = ChildProcess.StartSelf("serve", $"{_server}");
        server.ReadLine(TimeSpan.FromSeconds(20));
        if (Machine.BusyCores() is > 0.5 and var busy)
        {
            Problem($"the machine had other work when this began ({busy:0.0} processes on average in the last minute): not to be quoted");
        }

        var present = candidates.Where(candidate => candidate.WhyMissing is null).ToArray();
        foreach (var missing in candidates.Except(present))
        {
            Problem($"{missing.Name} is missing: {missing.WhyMissing}");
        }

        var pipes = new PipePart(options, scratch, measurements, Say);
        for (var round = 1; round <= options.Rounds; round++)
        {
            Round(round, present);
            foreach (var name in PipePart.Names.Where(name => options.Does("pipe") && options.Wants(name)))
            {
                Try(name, "standard input to standard output", () => pipes.Run(name, round));
            }
        }

        StopAll();
        foreach (var candidate in present.Where(candidate => options.Does("memory") && candidate is not Bare))
        {
            Try(candidate, "idle channels", () => Memory(candidate));
        }

        if (options.Does("web"))
        {
            new WebPart(options, scratch, measurements, _server, Say, Problem).Run();
        }

        var survival = new SurvivalPart(options, scratch, measurements, _server, Say);
        foreach (var pair in present.OfType<BurrowPair>().Where(_ => options.Does("survival")))
        {
            Try(pair, "survival", () => survival.Run(pair));
        }
    }

    void Round(int round, Candidate[] present)
    {
        foreach (var (streams, down, metric, cpu) in ((int, bool, Metric, Metric)[])
            [(1, false, Metric.Up1, Metric.CpuUp1), (1, true, Metric.Down1, Metric.CpuDown1), (64, false, Metric.Up64, Metric.CpuUp64), (64, true, Metric.Down64, Metric.CpuDown64)])
        {
            ForEach(options.Does("throughput"), present, $"round {round}, {streams} {(down ? "down" : "up")}", (candidate, running) =>
            {
                var before = ProcessTree.CpuSeconds(running.Pids);
                double used = 0;
                var result = LoadProcess.Run(
                    moved =>
                    {
                        used = ProcessTree.CpuSeconds(running.Pids) - before;
                        if (moved["bytes"] <= 0 && running.Diagnose?.Invoke() is { } state)
                        {
                            Say($"{candidate.Name}: no byte arrived in the window, {moved["total"]:0} before; what its ends say of it:\n{state}");
                        }
                    },
                    "throughput", $"{running.Address}", $"{_server}", down ? "down" : "up", $"{streams}", Text(options.WarmUp), Text(options.Window));
                if (result["dead"] > 0)
                {
                    throw new IOException($"{result["dead"]} of {streams} streams broke");
                }

                if (result["bytes"] <= 0)
                {
                    throw new IOException("no byte arrived in the window");
                }

                measurements.Add(candidate.Name, metric, round, result["bytes"] / result["seconds"] / 1e6);
                measurements.Add(candidate.Name, cpu, round, used / (result["total"] / 1e9));
                return $"{result["bytes"] / result["seconds"] / 1e6:0} MB/s, {used / (result["total"] / 1e9):0.00} CPU s/GB";
            });
        }

        ForEach(options.Does("round-trip"), present, $"round {round}, round trip", (candidate, running) =>
        {
            var result = LoadProcess.Run(null, "round-trips", $"{running.Address}", Text(options.WarmUp), Text(options.Window));
            measurements.Add(candidate.Name, Metric.RoundTripP50, round, result["p50"]);
            measurements.Add(candidate.Name, Metric.RoundTripP99, round, result["p99"]);
            return $"p50 {result["p50"]:0.0} µs, p99 {result["p99"]:0.0} µs";
        });
        ForEach(options.Does("connects"), present, $"round {round}, connects", (candidate, running) =>
        {
            var result = LoadProcess.Run(null, "connects", $"{running.Address}", "64", Text(options.WarmUp), Text(options.Window));
            measurements.Add(candidate.Name, Metric.Connects, round, result["rate"]);
            return $"{result["rate"]:0} /s" + (result["failed"] > 0 ? $", {result["failed"]} failed" : "");
        });
    }

    void ForEach(bool wanted, Candidate[] present, string what, Func<Candidate, Running, string> measure)
    {
        foreach (var candidate in present.Where(_ => wanted))
        {
            Try(candidate, what, () =>
            {
                if (!_running.TryGetValue(candidate.Name, out var running) || !running.IsAlive)
                {
                    Stop(candidate.Name);
                    _running[candidate.Name] = running = candidate.Start(scratch, _server);
                }

                Say($"{what}, {candidate.Name}: {measure(candidate, running)}");
            });
        }
    }

    void Memory(Candidate candidate)
    {
        var room = candidate.MostChannels(OpenFileLimit());
        if (room == 0)
        {
            Problem($"{candidate.Name}, idle channels: not measured, it starts two processes for each");
            return;
        }

        var wanted = Math.Min(options.IdleChannels, room);
        using var running = candidate.Start(scratch, _server);
        measurements.Add(candidate.Name, Metric.NearMegabytesBefore, 1, ProcessTree.ResidentMegabytes([running.Near!.Pid]));
        var result = LoadProcess.Run(
            _ =>
            {
                // What was rented to open them is given back now, or counts.
                running.Near!.WaitForExit(Settle);
                measurements.Add(candidate.Name, Metric.NearMegabytes, 1, ProcessTree.ResidentMegabytes([running.Near.Pid]));
                measurements.Add(candidate.Name, Metric.FarMegabytes, 1, running.Far is null ? 0 : ProcessTree.ResidentMegabytes([running.Far.Pid]));
            },
            "hold", $"{running.Address}", $"{wanted}", "120");
        measurements.Add(candidate.Name, Metric.Channels, 1, result["held"]);
        Say($"{result["held"]} idle channels, {candidate.Name}: {measurements.Median(candidate.Name, Metric.NearMegabytes):0} + "
            + $"{measurements.Median(candidate.Name, Metric.FarMegabytes):0} MB, opened in {result["seconds"]:0.0} s");
        if (result["held"] < options.IdleChannels)
        {
            Problem($"{candidate.Name}, idle channels: {result["held"]} of {options.IdleChannels} were held"
                + (wanted < options.IdleChannels ? $"; {wanted} fit into the limit of open files" : $"; the rest was not open after {result["seconds"]:0} s"));
        }
    }

    void Try(Candidate candidate, string what, Action measure) => Try(candidate.Name, what, measure);

    void Try(string candidate, string what, Action measure)
    {
        try
        {
            measure();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Stop(candidate);
            Problem($"{candidate}, {what}: {e.Message}");
        }
    }

    void Stop(string name)
    {
        if (_running.Remove(name, out var running))
        {
            running.Dispose();
        }
    }

    void StopAll()
    {
        foreach (var name in _running.Keys.ToArray())
        {
            Stop(name);
        }
    }

    void Problem(string text)
    {
        measurements.AddProblem(text);
        Say(text);
    }

    static void Say(string text) => Console.Error.WriteLine(text);

    static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    // The runtime raises its own soft limit to the hard one at start, and children inherit it.
    static int OpenFileLimit()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture, out var limit) ? limit : 1 << 20;
    }
}
