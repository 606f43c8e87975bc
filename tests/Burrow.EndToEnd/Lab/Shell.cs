using System.Diagnostics;

namespace Burrow.EndToEnd.Lab;

/// <summary>Runs a program to its end and returns what it printed. For what sets a lab up; programs under test are a <see cref="LabProcess"/>.</summary>
static class Shell
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Runs a program with arguments and, if given, text on its standard input.</summary>
    /// <exception cref="InvalidOperationException">It failed, or was not done after 20 s; the message has what it said.</exception>
    public static async Task<string> RunAsync(string[] command, string? input = null)
    {
        var start = new ProcessStartInfo(Requires.Find(command[0]) ?? command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException error)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{string.Join(' ', command)}: not done after {Limit.TotalSeconds} s", error);
        }

        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {process.ExitCode}: {await errors}{input}");
        return await output;
    }
}
