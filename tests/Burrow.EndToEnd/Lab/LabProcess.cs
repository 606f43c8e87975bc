using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Burrow.EndToEnd.Lab;

/// <summary>
/// A program that runs on a lab's machine, in a session of its own. Its output is kept by the line. It dies with the test process, however that ends
/// (a parent-death signal), and with its lab.
/// </summary>
sealed class LabProcess : IAsyncDisposable
{
    // A ticking ssh session over five minutes prints 3,000 lines; a program that talks without end must not take the memory of the test.
    const int MaxLines = 20_000;
    const int LinesShown = 200;

    readonly Process _process;
    readonly string _title;
    readonly List<string> _lines = [];
    readonly Lock _gate = new();
    TaskCompletionSource _news = NewSignal();
    int _dropped;

    LabProcess(Process process, string title)
    {
        _process = process;
        _title = title;
    }

    /// <summary>The program's own id: <c>ip netns exec</c>, <c>setsid</c> and <c>setpriv</c> replace themselves by it.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public StreamWriter Input => _process.StandardInput;

    /// <summary>What it has printed so far, standard error included.</summary>
    public IReadOnlyList<string> Lines
    {
        get { lock (_gate) return [.. _lines]; }
    }

    public string Output => string.Join('\n', Lines);

    /// <summary>The most memory it ever had resident, in bytes (VmHWM of proc(5)).</summary>
    public long PeakMemory => StatusValue("VmHWM:") * 1024;

    /// <summary>CPU time used so far.</summary>
    public TimeSpan CpuTime => _process.TotalProcessorTime;

    public static LabProcess Start(LabHost host, string[] command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Requires.Find("ip")!, ["netns", "exec", host.Name, "setsid", "setpriv", "--pdeathsig", "KILL", .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = host.Folder,
        };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var result = new LabProcess(process, $"{host.Name}: {string.Join(' ', command)}");
        process.OutputDataReceived += (_, line) => result.Add(line.Data);
        process.ErrorDataReceived += (_, line) => result.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return result;
    }

    /// <summary>The first line, printed already or still to come, that matches.</summary>
    public async Task<string> WaitForLineAsync(string pattern, double seconds = 20)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        var deadline = Task.Delay(TimeSpan.FromSeconds(seconds));
        for (var seen = 0; ;)
        {
            Task news;
            lock (_gate)
            {
                for (; seen < _lines.Count; seen++)
                    if (regex.IsMatch(_lines[seen])) return _lines[seen];
                news = _news.Task;
            }

            if (await Task.WhenAny(news, deadline) == deadline)
                throw new TimeoutException($"no line matched '{pattern}' within {seconds} s in: {_title}\n{Tail()}");
        }
    }

    public void Signal(int signal) => Posix.Kill(Id, signal);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code; 128 and the signal's number when a signal ended it.</returns>
    public async Task<int> WaitForExitAsync(double seconds = 20)
    {
        await _process.WaitForExitAsync().Within(seconds, $"the end of {_title}");
        return _process.ExitCode;
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    public async Task<int> EndAsync(int signal, double seconds = 20)
    {
        Signal(signal);
        return await WaitForExitAsync(seconds);
    }

    public async ValueTask DisposeAsync()
    {
        // The whole session's group: what it started goes, too. A stopped process takes SIGKILL all the same.
        Posix.Kill(-Id, Posix.SigKill);
        if (!_process.HasExited) Posix.Kill(Id, Posix.SigKill);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        TestContext.Current.TestOutputHelper?.WriteLine($"---- {_title}\n{Tail()}");
        _process.Dispose();
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    void Add(string? line)
    {
        if (line is null) return;
        TaskCompletionSource news;
        lock (_gate)
        {
            if (_lines.Count < MaxLines) _lines.Add(line);
            else _dropped++;
            (news, _news) = (_news, NewSignal());
        }

        news.SetResult();
    }

    string Tail()
    {
        lock (_gate)
        {
            var skipped = Math.Max(0, _lines.Count - LinesShown);
            var head = skipped + _dropped > 0 ? $"({skipped} earlier and {_dropped} later lines left out)\n" : "";
            return head + string.Join('\n', _lines.Skip(skipped));
        }
    }

    long StatusValue(string key)
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
