using System.Globalization;
using System.Text;
using Burrow.Bench.Candidates;
using Burrow.Bench.Pipes;
using Burrow.Bench.Web;

namespace Burrow.Bench.Report;

/// <summary>The result as Markdown: targets first, then every candidate as a ratio to the bare loopback with its absolute figure, then what is missing.</summary>
internal sealed class MarkdownReport(BenchOptions options, Measurements measured, IReadOnlyList<Candidate> candidates)
{
    readonly StringBuilder _text = new();

    public string Write()
    {
        Line($"{Machine.Describe()}. Peers: {Machine.Peers()}. Medians of {options.Rounds} round{(options.Rounds == 1 ? "" : "s")}"
            + $", windows of {options.Window.ToString(CultureInfo.InvariantCulture)} s{(options.Quick ? " (a quick run: not to be quoted)" : "")}.");
        WriteTargets();
        WriteThroughput();
        WriteLatency();
        WriteMemory();
        WritePipe();
        WriteWeb();
        WriteProblems();
        return _text.ToString();
    }

    void WriteTargets()
    {
        if (!candidates.Any(candidate => candidate is BurrowPair or ForwardRelay) && !options.Wants(PipePart.Ours) && !options.Does("web"))
        {
            return;
        }

        Head("Targets", "what", "candidate", "measured", "target", "met");
        // Of a run of some parts, what belongs to the others is not missing.
        foreach (var target in Targets.All(measured).Where(target => options.Wants(target.Candidate) && (options.DoesAll || target.Figures.Any(figure => figure is not null))))
        {
            Row(target.Claim, target.Candidate, string.Join(" · ", target.Figures.Select(Figure)), target.Bound + (target.IsAim ? " (aim)" : ""), target.Verdict);
        }
    }

    void WriteThroughput()
    {
        if (!options.Does("throughput"))
        {
            return;
        }

        Head("Throughput: ratio to bare (MB/s)", "candidate", "1 up", "1 down", "64 up", "64 down");
        ForEach(candidate => [Cell(candidate, Metric.Up1), Cell(candidate, Metric.Down1), Cell(candidate, Metric.Up64), Cell(candidate, Metric.Down64)]);
        Head("CPU seconds per GB, both ends together", "candidate", "1 up", "1 down", "64 up", "64 down");
        ForEach(candidate => [.. new[] { Metric.CpuUp1, Metric.CpuDown1, Metric.CpuUp64, Metric.CpuDown64 }
            .Select(metric => candidate is Bare ? "–" : Figure(measured.Median(candidate.Name, metric)))]);
    }

    void WriteLatency()
    {
        if (!options.Does("round-trip") && !options.Does("connects"))
        {
            return;
        }

        Head("One byte there and back; new connections, 64 at a time: ratio to bare (µs; per second)", "candidate", "p50", "p99", "connections");
        ForEach(candidate => [Cell(candidate, Metric.RoundTripP50), Cell(candidate, Metric.RoundTripP99), Cell(candidate, Metric.Connects)]);
    }

    void WriteMemory()
    {
        if (!options.Does("memory"))
        {
            return;
        }

        Head("Idle channels: RSS of each end, MB", "candidate", "channels", "near end", "far end");
        foreach (var candidate in candidates.Where(candidate => measured.Median(candidate.Name, Metric.Channels) is not null))
        {
            Row(candidate.Name, Figure(measured.Median(candidate.Name, Metric.Channels)), Figure(measured.Median(candidate.Name, Metric.NearMegabytes)),
                candidate is Haproxy or ForwardRelay ? "–" : Figure(measured.Median(candidate.Name, Metric.FarMegabytes)));
        }
    }

    void WritePipe()
    {
        if (!options.Does("pipe"))
        {
            return;
        }

        Head("Standard input to standard output over loopback: ratio to socat -u (MB/s)", "candidate", "bytes per second");
        foreach (var name in PipePart.Names.Where(options.Wants))
        {
            Row(name, $"{Figure(measured.Ratio(name, PipePart.Theirs, Metric.Piped))} ({Figure(measured.Median(name, Metric.Piped))})");
        }
    }

    void WriteWeb()
    {
        if (!options.Does("web"))
        {
            return;
        }

        Head("Through a Squid (the last two rows: without): 100 MB, and one byte after a pause", "candidate", "up, MB/s", "down, MB/s", "echo p50, µs", "echo p99, µs");
        foreach (var name in WebPart.Names.Where(options.Wants))
        {
            Row([name, .. new[] { Metric.WebUp, Metric.WebDown, Metric.WebEchoP50, Metric.WebEchoP99 }.Select(metric => Figure(measured.Median(name, metric)))]);
        }
    }

    void WriteProblems()
    {
        if (measured.Problems.Count > 0)
        {
            Line("\n### Missing, or not as it should be\n");
            foreach (var problem in measured.Problems)
            {
                Line($"- {problem}");
            }
        }
    }

    void ForEach(Func<Candidate, string[]> cells)
    {
        foreach (var candidate in candidates)
        {
            Row([candidate.Name, .. candidate.WhyMissing is null ? cells(candidate) : ["missing"]]);
        }
    }

    string Cell(Candidate candidate, Metric metric)
    {
        var absolute = Figure(measured.Median(candidate.Name, metric));
        return candidate is Bare ? $"1 ({absolute})" : $"{Figure(measured.Ratio(candidate.Name, "bare", metric))} ({absolute})";
    }

    static string Figure(double? value) => value switch
    {
        null => "–",
        >= 100 or 0 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    void Head(string title, params string[] columns)
    {
        Line($"\n### {title}\n");
        Row(columns);
        Row([.. columns.Select((_, i) => i == 0 ? "---" : "---:")]);
    }

    void Row(params string[] cells) => Line($"| {string.Join(" | ", cells)} |");

    void Line(string text) => _text.Append(text).Append('\n');
}
