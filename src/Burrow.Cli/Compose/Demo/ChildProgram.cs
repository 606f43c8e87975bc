using System.Diagnostics;
using Burrow.Cli.Hosting;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Demo;

/// <summary>This program, started once more as Jack or Jenny, with a directory of its own instead of the user's or root's.</summary>
/// <remarks>
/// Its standard input is a pipe of which this process alone holds the other end, and <see cref="ParentWatch"/> in it waits for the pipe's end: so it never outlives us, however we
/// die. A parent-death signal would be tied to the thread that happened to start it, and exists on Linux only.
/// </remarks>
sealed class ChildProgram : IAsyncDisposable
{
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    // What is shown of a child that died before its time.
    const int LastLines = 20;

    readonly Process _process;
    readonly Queue<string> _last = new();
    readonly Task _reading;

    ChildProgram(string role, Process process, ILogger logger)
    {
        (Role, _process) = (role, process);
        _reading = Task.WhenAll(ReadAsync(process.StandardError, logger), ReadAsync(process.StandardOutput, logger));
        Ended = process.WaitForExitAsync();
    }

    /// <summary>jack or jenny.</summary>
    public string Role { get; }

    public int Id => _process.Id;

    public Task Ended { get; }

    /// <summary>Starts it.</summary>
    /// <param name="directory">For its sockets and state; made if missing.</param>
    /// <param name="logger">Told at debug level what it says.</param>
    /// <param name="arguments">The command, which is its role, and what follows.</param>
    public static ChildProgram Start(string directory, ILogger logger, params string[] arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this program does not know where it is");
        // Under "dotnet burrow.dll" the program is dotnet.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") arguments = [Path.Combine(AppContext.BaseDirectory, "burrow.dll"), .. arguments];
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Directories.OneForAll] = directory;
        start.Environment[ParentWatch.Variable] = ParentWatch.StandardInput;
        return new ChildProgram(Path.GetFileName(directory), Process.Start(start) ?? throw new IOException($"{program} did not start"), logger);
    }

    /// <summary>Why it ended before its time, for a person.</summary>
    public async Task<string> ObituaryAsync()
    {
        await _reading;
        string said;
        lock (_last) said = string.Join('\n', _last);
        return $"{Role} ended with code {_process.ExitCode}{(said.Length == 0 ? "" : ":\n" + said)}";
    }

    /// <summary>Lets it stop in order, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await Ended.WaitAsync(StopTimeout);
        }
        catch (Exception error) when (error is TimeoutException or IOException)
        {
            _process.Kill();
            await Ended;
        }
        await _reading;
        _process.Dispose();
    }

    async Task ReadAsync(StreamReader output, ILogger logger)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            DemoLog.ChildSaid(logger, Role, line);
            lock (_last)
            {
                if (_last.Count == LastLines) _last.Dequeue();
                _last.Enqueue(line);
            }
        }
    }
}
