using System.Globalization;
using System.Net;
using System.Text;
using Burrow.Bench.Children;

namespace Burrow.Bench.Candidates;

/// <summary>Jack and Jenny with one map: what all this is about.</summary>
internal class BurrowPair(string mode, string? name = null) : Candidate(name ?? $"burrow-{mode}")
{
    const int LinesShown = 20;

    static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(20);

    readonly string? _program = Program;

    /// <summary>What is measured: the environment's BURROW, or the repository's own.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("BURROW") is { Length: > 0 } given ? given : NextToSolution();

    public string Mode { get; } = mode;

    public override string? WhyMissing => _program is null ? "no ./burrow in the repository, and BURROW names none" : File.Exists(_program) ? null : $"{_program} does not exist";

    /// <summary>Starts both, with the carrier led over <paramref name="path"/>: it is given Jenny's address and says where Jack is to dial.</summary>
    public Running StartOver(ScratchDirectory scratch, IPEndPoint server, Func<IPEndPoint, IPEndPoint> path) => StartBy(scratch, server, jenny => Dial(path(jenny)));

    /// <summary>Starts both, with what <paramref name="dial"/> says behind <c>burrow jack</c> when it is given Jenny's address.</summary>
    public Running StartBy(ScratchDirectory scratch, IPEndPoint server, Func<IPEndPoint, string[]> dial)
    {
        var running = LaunchBy(scratch, server, dial);
        try
        {
            running.WaitUntilReady();
            return running;
        }
        catch
        {
            running.Dispose();
            throw;
        }
    }

    protected override Running Launch(ScratchDirectory scratch, IPEndPoint server) => LaunchBy(scratch, server, Dial);

    /// <summary>How Jack is told to reach Jenny.</summary>
    protected virtual string[] Dial(IPEndPoint jenny) => [$"tcp://{jenny}"];

    Running LaunchBy(ScratchDirectory scratch, IPEndPoint server, Func<IPEndPoint, string[]> dial)
    {
        var folder = scratch.NewFolder(Name);
        var secret = ScratchDirectory.Write(folder, "secret", NewSecret(folder));
        var (listen, jenny) = (Ports.Next(), Ports.Next());
        var far = ChildProcess.Start(_program!, ["jenny", "--listen", $"tcp://{jenny}", "--secret-file", secret], Surroundings(folder, "jenny"));
        var near = ChildProcess.Start(
            _program!,
            ["jack", .. dial(jenny), "--secret-file", secret, "--map", $"{Mode} {listen} => {server}"],
            Surroundings(folder, "jack"));
        return new Running(listen, near, far) { Diagnose = () => Diagnosis(folder, near, far) };
    }

    /// <summary>The status of both ends, and what they logged last.</summary>
    string Diagnosis(string folder, ChildProcess jack, ChildProcess jenny)
    {
        var text = new StringBuilder();
        foreach (var (role, end) in new[] { ("jack", jack), ("jenny", jenny) })
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{role}, process {end.Pid}{(end.HasExited ? ", which has ended" : "")}: {Status(folder, role, end.Pid)}");
            foreach (var line in end.LastLines(LinesShown))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {role}: {line}");
            }
        }

        return text.ToString();
    }

    // Root's processes all tell of themselves at one place, whatever the environment says: so it is asked for by its number.
    string Status(string folder, string role, int pid)
    {
        try
        {
            using var status = ChildProcess.Start(_program!, ["status", "--json", $"{pid}"], Surroundings(folder, role), readOutput: true);
            var answer = status.Output.ReadToEndAsync();
            if (!answer.Wait(StatusPatience))
            {
                return $"no status within {StatusPatience.TotalSeconds:0} s{status.LastWords}";
            }

            status.WaitForLastWords(StatusPatience); // who does not answer is named there
            return answer.Result.Trim() + status.LastWords;
        }
        catch (IOException e)
        {
            return $"no status: {e.Message}";
        }
    }

    string NewSecret(string folder)
    {
        using var key = ChildProcess.Start(_program!, ["key", "new"], Surroundings(folder, "key"), readOutput: true);
        return key.ReadLine(TimeSpan.FromSeconds(60)) + "\n";
    }

    // Sockets, instance ids and configuration of the person who measures stay untouched.
    static Dictionary<string, string> Surroundings(string folder, string role) =>
        ((string[])["RUNTIME", "STATE", "CONFIG", "CACHE"]).ToDictionary(
            kind => kind == "RUNTIME" ? "XDG_RUNTIME_DIR" : $"XDG_{kind}_HOME",
            kind => Directory.CreateDirectory(
                Path.Combine(folder, role, kind.ToLowerInvariant()), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName);

    static string? NextToSolution()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Burrow.slnx")))
            {
                var program = Path.Combine(directory.FullName, "burrow");
                return File.Exists(program) ? program : null;
            }
        }

        return null;
    }
}
