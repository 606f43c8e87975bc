using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Burrow.Cli.Tests.Relaying;

/// <summary>A relay tool as a process: bytes in, bytes out, and its messages by the line.</summary>
sealed partial class ToolProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly List<string> _lines = []; // also the lock
    TaskCompletionSource _news = NewSignal(); // guarded by _lines
    readonly Task<byte[]> _output;
    readonly Task _messages;

    ToolProcess(Process process)
    {
        _process = process;
        _output = ReadOutputAsync();
        _messages = ReadMessagesAsync();
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "burrow");

    public int Id => _process.Id;

    public Stream Input => _process.StandardInput.BaseStream;

    public string Messages
    {
        get { lock (_lines) return string.Join('\n', _lines); }
    }

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>In bytes (VmRSS of proc(5)).</summary>
    public long ResidentMemory => long.Parse(
        File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    public static ToolProcess Start(params string[] arguments) => Start(Program, new Dictionary<string, string>(), arguments);

    public static ToolProcess StartShell(string script) => Start("bash", new Dictionary<string, string>(), "-c", script);

    public static ToolProcess Start(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new ToolProcess(Process.Start(start)!);
    }

    /// <summary>Gives it all of its standard input.</summary>
    public async Task FeedAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await Input.WriteAsync(bytes);
            Input.Close();
        }
        catch (IOException)
        {
            // It ended before; its exit code says whether that was right.
        }
    }

    /// <summary>The end of its standard input.</summary>
    public void EndInput() => Input.Close();

    /// <summary>The port that it says it listens on; of several the one with that index.</summary>
    public async Task<int> PortAsync(int index = 0)
    {
        for (var found = 0; ;)
        {
            var line = await LineAsync("listening on .*:[0-9]+$", skip: found);
            if (found++ == index) return int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A message, said already or still to come.</summary>
    public async Task<string> LineAsync(string pattern, int skip = 0)
    {
        var late = Task.Delay(Patience);
        while (true)
        {
            Task news;
            lock (_lines)
            {
                if (_lines.Where(line => Regex.IsMatch(line, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))).Skip(skip).FirstOrDefault() is { } found) return found;
                news = _news.Task;
            }
            Assert.True(await Task.WhenAny(news, late) != late, $"\"{pattern}\" was not said; but:\n{Messages}");
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, byte[] Output)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _messages;
        return (_process.ExitCode, await _output);
    }

    /// <summary>Sends a signal and waits for its end.</summary>
    public async Task<int> EndAsync(PosixSignal signal)
    {
        _ = Kill(Id, signal == PosixSignal.SIGINT ? 2 : 15);
        return (await EndAsync()).ExitCode;
    }

    public void KillHard() => _ = Kill(Id, 9);

    /// <summary>A stopped reader of its output: what it writes there then fails.</summary>
    public void CloseOutput() => _process.StandardOutput.Close();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    async Task<byte[]> ReadOutputAsync()
    {
        using var output = new MemoryStream();
        try
        {
            await _process.StandardOutput.BaseStream.CopyToAsync(output);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException or OperationCanceledException)
        {
            // Closed by the test.
        }
        return output.ToArray();
    }

    async Task ReadMessagesAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            TaskCompletionSource news;
            lock (_lines)
            {
                _lines.Add(line);
                (news, _news) = (_news, NewSignal());
            }
            news.SetResult();
        }
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
