using System.Diagnostics;
using System.Text.RegularExpressions;
using Burrow.Cli.Tests.Processes;
using Xunit;

namespace Burrow.Cli.Tests.Demo;

/// <summary>The real program, as a person types it.</summary>
public sealed partial class DemoTests
{
    [Fact]
    public async Task Demo_CutsThePathTenTimesAndBothSumsAreTheSame()
    {
        using var directory = new TemporaryDirectory();
        var result = await BurrowProcess.RunProgramAsync(
            Path.Combine(AppContext.BaseDirectory, "burrow"), null, new Dictionary<string, string> { ["TMPDIR"] = directory.Path }, "demo", "--size", "4MiB");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(10, Cut().Count(result.Output));
        var sums = Sum().Matches(result.Output).Select(match => match.Groups["sum"].Value).ToList();
        Assert.Equal(2, sums.Count);
        Assert.Equal(sums[0], sums[1]);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path, "burrow-demo-*"));
    }

    [Fact]
    public async Task Demo_KilledHard_LeavesNoProcessBehind()
    {
        using var directory = new TemporaryDirectory();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "burrow"), ["demo", "--size", "64MiB"]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = directory.Path;
        using var demo = Process.Start(start)!;
        var children = new List<Process>();
        try
        {
            while (children.Count == 0 && await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                children.AddRange(Child().Matches(line).Select(match => Process.GetProcessById(int.Parse(match.Groups["id"].Value))));
            Assert.Equal(2, children.Count);
        }
        finally
        {
            demo.Kill();
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (var child in children)
        {
            await child.WaitForExitAsync(patience.Token);
            child.Dispose();
        }
    }

    [GeneratedRegex(@"^cut +\d+ at .* bytes moved again after \d+\.\d\d s$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Cut();

    [GeneratedRegex(@"^(sent|arrived) +(?<sum>[0-9a-f]{64})$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sum();

    [GeneratedRegex(@"is process (?<id>\d+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Child();
}
