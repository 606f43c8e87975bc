using System.Diagnostics;
using System.Globalization;
using System.Net;
using Burrow.Bench.Candidates;
using Burrow.Bench.Children;
using Burrow.Bench.Report;

namespace Burrow.Bench.Pipes;

/// <summary>
/// <c>burrow pipe</c> from standard input to standard output over loopback, beside <c>socat -u</c> with the buffer that the pipe uses for a stream: a process at each end, zeros in, counted where they come out.
/// </summary>
internal sealed class PipePart(BenchOptions options, ScratchDirectory scratch, Measurements measurements, Action<string> say)
{
    public const string Ours = "pipe", Theirs = "socat-pipe";

    // What burrow copies by once a stream fills its slabs.
    const int Buffer = 262_144;

    // Until both have started and met: what is measured is the stream.
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(120);

    readonly string? _program = BurrowPair.Program;

    public static IReadOnlyList<string> Names { get; } = [Ours, Theirs];

    long Bytes => options.Quick ? 200_000_000 : 2_000_000_000;

    /// <summary>One round. A pipe that can't be measured is an <see cref="IOException"/>.</summary>
    public void Run(string name, int round)
    {
        var at = Ports.Next();
        var (receive, send) = Commands(name, at);
        var surroundings = new Dictionary<string, string> { ["BURROW_DIRECTORY"] = scratch.NewFolder("pipe"), ["INADDR_DEFAULT"] = $"{at.Address}" };
        using var receiver = Shell($"{receive} | wc -c", surroundings);
        receiver.WaitForExit(Settle);
        using var sender = Shell($"{{ cat; head -c {Bytes.ToString(CultureInfo.InvariantCulture)} /dev/zero; }} | {send}", surroundings);
        sender.WaitForExit(Settle);
        var began = Stopwatch.GetTimestamp();
        sender.EndInput();
        var line = receiver.ReadLine(Patience);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (line.Trim() != Bytes.ToString(CultureInfo.InvariantCulture))
        {
            throw new IOException($"{line.Trim()} of {Bytes} bytes arrived{sender.LastWords}{receiver.LastWords}");
        }

        measurements.Add(name, Metric.Piped, round, Bytes / seconds / 1e6);
        say($"round {round}, standard input to standard output, {name}: {Bytes / seconds / 1e6:0} MB/s");
    }

    (string Receive, string Send) Commands(string name, IPEndPoint at) => name == Ours
        ? ($"'{_program ?? throw new IOException("no ./burrow in the repository, and BURROW names none")}' pipe :{at.Port} -", $"'{_program}' pipe - {at.Address} {at.Port}")
        : ($"socat -u -b {Buffer} TCP4-LISTEN:{at.Port},bind={at.Address},reuseaddr STDOUT", $"socat -u -b {Buffer} STDIN TCP4:{at}");

    static ChildProcess Shell(string script, Dictionary<string, string> surroundings) => ChildProcess.Start("sh", ["-c", script], surroundings, readOutput: true);
}
