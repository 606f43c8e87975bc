namespace Burrow.Bench.Report;

internal enum Metric
{
    Up1, Down1, Up64, Down64,
    CpuUp1, CpuDown1, CpuUp64, CpuDown64,
    RoundTripP50, RoundTripP99,
    Connects,
    Channels, NearMegabytesBefore, NearMegabytes, FarMegabytes,
    Piped,
    BackAfterRefusal, BackAfterLongRefusal, BackAfterSilence, AnsweredToFirstByte,
    SilenceDetected, SilenceToFirstByte,
    WebUp, WebDown, WebEchoP50, WebEchoP99, WebIdleRequests, MoveAfterReset, MoveAfterSilence,
    Cuts, Lost, Doubled, ReplayMegabytes,
}

/// <summary>What was measured, by candidate, metric and round; and what couldn't be.</summary>
internal sealed class Measurements
{
    readonly Dictionary<(string Candidate, Metric Metric), SortedDictionary<int, double>> _values = [];
    readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    public void Add(string candidate, Metric metric, int round, double value)
    {
        if (!_values.TryGetValue((candidate, metric), out var rounds))
        {
            _values[(candidate, metric)] = rounds = [];
        }

        rounds[round] = value;
    }

    public void AddProblem(string problem) => _problems.Add(problem);

    public double? Median(string candidate, Metric metric) => _values.TryGetValue((candidate, metric), out var rounds) ? Middle(rounds.Values) : null;

    public double? Worst(string candidate, Metric metric) => _values.TryGetValue((candidate, metric), out var rounds) ? rounds.Values.Max() : null;

    /// <summary>The median over the rounds of the ratio within each round: both were measured seconds apart, under the same disturbance.</summary>
    public double? Ratio(string candidate, string peer, Metric metric)
    {
        if (!_values.TryGetValue((candidate, metric), out var ours) || !_values.TryGetValue((peer, metric), out var theirs))
        {
            return null;
        }

        var ratios = ours.Where(pair => theirs.GetValueOrDefault(pair.Key) > 0).Select(pair => pair.Value / theirs[pair.Key]).ToArray();
        return ratios.Length == 0 ? null : Middle(ratios);
    }

    static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
