using System.ComponentModel;
using System.Diagnostics;

namespace Burrow.Bench.Children;

/// <summary>A program that runs as long as its owner wants, and never longer than this process: killed with its descendants by pid.</summary>
/// <remarks>To be started from the main thread only: the signal of <c>setpriv --pdeathsig</c> comes when the thread that forked ends.</remarks>
internal sealed class ChildProcess : IDisposable
{
    const int LinesKept = 40;

    static readonly Lock Gate = new();
    static readonly HashSet<ChildProcess> Alive = [];

    readonly Process _process;
    readonly Queue<string> _lastLines = [];

    ChildProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts <paramref name="file"/>. Its standard error is kept, a few lines of it, for <see cref="LastWords"/>; its standard output too unless it is to be read.</summary>
    /// <exception cref="IOException">It can't be started.</exception>
    public static ChildProcess Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, bool readOutput = false)
    {
        var start = new ProcessStartInfo("setpriv") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])["--pdeathsig", "KILL", "--", file, .. arguments])
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.ErrorDataReceived += (_, line) => child.Remember(line.Data);
        child._process.OutputDataReceived += (_, line) => child.Remember(line.Data);
        try
        {
            child._process.Start();
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{file}: {e.Message}", e);
        }

        child._process.BeginErrorReadLine();
        if (!readOutput)
        {
            child._process.BeginOutputReadLine();
        }

        lock (Gate)
        {
            Alive.Add(child);
        }

        return child;
    }

    /// <summary>Starts this program again under one of its own sub-commands; its standard output is to be read.</summary>
    public static ChildProcess StartSelf(params string[] arguments)
    {
        var host = Environment.ProcessPath!;
        var isLauncher = Path.GetFileNameWithoutExtension(host) == "dotnet";
        return Start(host, isLauncher ? [typeof(ChildProcess).Assembly.Location, .. arguments] : arguments, readOutput: true);
    }

    /// <summary>One line of its standard output.</summary>
    /// <exception cref="IOException">It ended, or said nothing within <paramref name="patience"/>.</exception>
    public string ReadLine(TimeSpan patience)
    {
        var line = Output.ReadLineAsync();
        if (!line.Wait(patience))
        {
            throw new IOException($"no answer within {patience.TotalSeconds:0} s{LastWords}");
        }

        if (line.Result is not { } text)
        {
            _process.WaitForExit(1000);
            throw new IOException($"ended without an answer{LastWords}");
        }

        return text;
    }

    /// <summary>Ends its standard input.</summary>
    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Ends its standard input, by which the sub-commands know that they may go, and waits for that.</summary>
    public void LetGo()
    {
        EndInput();
        _process.WaitForExit(5000);
    }

    /// <summary>Waits until it ends, at most <paramref name="patience"/>. True: it ended.</summary>
    public bool WaitForExit(TimeSpan patience) => _process.WaitForExit(patience);

    /// <summary>As <see cref="WaitForExit"/>, and then until all that it said has been read: for programs that leave no children behind, which would keep the pipe open.</summary>
    public bool WaitForLastWords(TimeSpan patience)
    {
        if (!_process.WaitForExit(patience))
        {
            return false;
        }

        _process.WaitForExit();
        return true;
    }

    /// <summary>What it said last, as the end of a message; empty when it said nothing.</summary>
    public string LastWords
    {
        get
        {
            lock (_lastLines)
            {
                return _lastLines.Count == 0 ? "" : ": " + string.Join(" | ", _lastLines);
            }
        }
    }

    /// <summary>The last lines that it said, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<string> LastLines(int most)
    {
        lock (_lastLines)
        {
            return [.. _lastLines.TakeLast(most)];
        }
    }

    public static void KillAll()
    {
        ChildProcess[] all;
        lock (Gate)
        {
            all = [.. Alive];
        }

        foreach (var child in all)
        {
            child.Dispose();
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (!Alive.Remove(this))
            {
                return;
            }
        }

        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(5000);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException or Win32Exception)
        {
            // It was gone already.
        }

        _process.Dispose();
    }

    void Remember(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line.Trim());
            if (_lastLines.Count > LinesKept)
            {
                _lastLines.Dequeue();
            }
        }
    }
}
