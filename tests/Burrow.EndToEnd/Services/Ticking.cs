using System.Globalization;
using Burrow.EndToEnd.Lab;
using Xunit;

namespace Burrow.EndToEnd.Services;

/// <summary>A shell loop that counts, to be run by ssh: what is lost, doubled or exchanged shows in the numbers.</summary>
static class Ticking
{
    public const string Command = "i=1; while :; do echo tick $i; i=$((i + 1)); sleep 0.1; done";

    /// <summary>Waits until so many more ticks have arrived, and checks that none was ever missing.</summary>
    public static async Task GoesOnAsync(LabProcess ssh, int more = 10, double seconds = 30)
    {
        var next = LastOf(ssh) + more;
        await ssh.WaitForLineAsync($"^tick {next}$", seconds);
        var ticks = ssh.Lines.Where(line => line.StartsWith("tick ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(Enumerable.Range(1, ticks.Length).Select(i => $"tick {i}"), ticks);
    }

    static int LastOf(LabProcess ssh) => ssh.Lines.Where(line => line.StartsWith("tick ", StringComparison.Ordinal))
        .Select(line => int.Parse(line[5..], CultureInfo.InvariantCulture)).LastOrDefault();
}
