using System.Diagnostics;
using System.Net;
using Burrow.Bench.Candidates;
using Burrow.Bench.Children;
using Burrow.Bench.Report;

namespace Burrow.Bench.Survival;

/// <summary>What only a tunnel that survives can be asked: how soon it notices, how soon it goes on, and whether every byte came once.</summary>
internal sealed class SurvivalPart(BenchOptions options, ScratchDirectory scratch, Measurements measurements, IPEndPoint server, Action<string> say)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Glance = TimeSpan.FromMilliseconds(20);

    // The same cuts in every run.
    const int Seed = 20_240_229;
    const int LeastBudget = 16 * 1024, MostBudget = 2 * 1024 * 1024;

    int Repeats => options.Quick ? 1 : 5;

    public void Run(BurrowPair pair)
    {
        TimeFaults(pair);
        Replay(pair);
    }

    void TimeFaults(BurrowPair pair)
    {
        FaultyPath? path = null;
        using var running = pair.StartOver(scratch, server, jenny =>
        {
            var listen = Ports.Next();
            path = new FaultyPath(listen, jenny);
            return listen;
        });
        using var faults = path!;
        using var arrivals = new ArrivalClock(running.Address);
        using var up = new Uploader(running.Address);
        for (var round = 1; round <= Repeats; round++)
        {
            Back(pair, running, faults, arrivals, Metric.BackAfterRefusal, round, TimeSpan.FromSeconds(1), isRefused: true);
            Back(pair, running, faults, arrivals, Metric.BackAfterLongRefusal, round, TimeSpan.FromSeconds(5), isRefused: true);
            Back(pair, running, faults, arrivals, Metric.BackAfterSilence, round, TimeSpan.FromSeconds(5), isRefused: false);
            Detection(pair, running, faults, arrivals, round);
        }
    }

    void Back(BurrowPair pair, Running running, FaultyPath path, ArrivalClock arrivals, Metric metric, int round, TimeSpan outage, bool isRefused)
    {
        if (isRefused)
        {
            path.Refuse();
        }
        else
        {
            path.Silence(holdNew: true);
        }

        Pass(running, outage);
        var back = path.Restore();
        var first = arrivals.FirstAfter(back, Patience);
        measurements.Add(pair.Name, metric, round, Milliseconds(back, first));
        if (isRefused)
        {
            measurements.Add(pair.Name, Metric.AnsweredToFirstByte, (2 * round) + (metric == Metric.BackAfterRefusal ? 0 : 1), Milliseconds(path.FirstAccepted, first));
        }

        say($"{outage.TotalSeconds:0} s {(isRefused ? "refused" : "silent")}, {pair.Name}: first byte {Milliseconds(back, first):0} ms after the path is back");
        Pass(running, TimeSpan.FromSeconds(1));
    }

    void Detection(BurrowPair pair, Running running, FaultyPath path, ArrivalClock arrivals, int round)
    {
        var silent = Stopwatch.GetTimestamp();
        path.Silence(holdNew: false);
        while (path.FirstAccepted == 0)
        {
            if (Stopwatch.GetElapsedTime(silent) > Patience)
            {
                throw new IOException($"a silent path was not noticed within {Patience.TotalSeconds:0} s");
            }

            Pass(running, Glance);
        }

        var noticed = path.FirstAccepted;
        var first = arrivals.FirstAfter(noticed, Patience);
        measurements.Add(pair.Name, Metric.SilenceDetected, round, Milliseconds(silent, noticed));
        measurements.Add(pair.Name, Metric.SilenceToFirstByte, round, Milliseconds(silent, first));
        say($"silence under load, {pair.Name}: noticed after {Milliseconds(silent, noticed):0} ms, first byte after {Milliseconds(silent, first):0} ms");
        Pass(running, TimeSpan.FromSeconds(1));
    }

    void Replay(BurrowPair pair)
    {
        var random = new Random(Seed);
        var toCut = options.Cuts;
        var target = Ports.Next();
        using var audit = new DuplexAudit(target);
        FaultyPath? path = null;
        using var running = pair.StartOver(scratch, target, jenny =>
        {
            var listen = Ports.Next();
            path = new FaultyPath(listen, jenny, () => path?.Cuts < toCut ? random.Next(LeastBudget, MostBudget) : null);
            return listen;
        });
        using var faults = path!;
        audit.Begin(running.Address);
        var begun = Stopwatch.GetTimestamp();
        while (faults.Cuts < toCut)
        {
            // Half a second for each cut is ten times what a reconnect takes.
            if (Stopwatch.GetElapsedTime(begun).TotalSeconds > 30 + (toCut * 0.5))
            {
                throw new IOException($"only {faults.Cuts} of {toCut} cuts in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
            }

            Pass(running, Glance);
        }

        audit.Finish(TimeSpan.FromSeconds(60));
        measurements.Add(pair.Name, Metric.Cuts, 1, faults.Cuts);
        measurements.Add(pair.Name, Metric.Lost, 1, audit.Lost);
        measurements.Add(pair.Name, Metric.Doubled, 1, audit.Doubled);
        measurements.Add(pair.Name, Metric.ReplayMegabytes, 1, audit.Received / 1e6);
        say($"{faults.Cuts} cuts in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s, {pair.Name}: {audit.Received / 1e6:0} MB, {audit.Lost} bytes lost, {audit.Doubled} doubled");
    }

    static void Pass(Running running, TimeSpan time)
    {
        if (running.Near!.WaitForExit(time) || !running.IsAlive)
        {
            throw new IOException($"one end has died{running.Near.LastWords}{running.Far!.LastWords}");
        }
    }

    static double Milliseconds(long from, long until) => Stopwatch.GetElapsedTime(from, until).TotalMilliseconds;
}
