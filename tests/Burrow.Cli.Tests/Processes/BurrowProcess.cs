using System.Diagnostics;

namespace Burrow.Cli.Tests.Processes;

/// <summary>Runs the real program.</summary>
static class BurrowProcess
{
    /// <summary>Nothing that is run here takes longer than moments; a build may.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public sealed record Result(int ExitCode, string Output, string Error);

    public static Task<Result> RunAsync(params string[] arguments) => RunProgramAsync(Path.Combine(AppContext.BaseDirectory, "burrow"), null, null, arguments);

    public static async Task<Result> RunProgramAsync(string program, string? directory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Result(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
