using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Burrow.Bench.Children;

namespace Burrow.Bench.Report;

/// <summary>What it was measured on and against, without naming the machine.</summary>
internal static partial class Machine
{
    public static string Describe()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        return $"{Environment.ProcessorCount} cores{(processor is null ? "" : $" ({processor})")}, {memory:0} GB, Linux {Environment.OSVersion.Version.ToString(3)} "
            + $"{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}, congestion control {Congestion()}, .NET {Environment.Version}";
    }

    /// <summary>The versions of the peers that are there, as they say it themselves.</summary>
    public static string Peers() => string.Join(", ", new[]
    {
        Version("haproxy", "-v"), Version("socat", "-V"), Version("ssh", "-V"), Version("stunnel", "-version"),
    }.OfType<string>());

    /// <summary>The load average of the last minute, proc_loadavg(5).</summary>
    public static double BusyCores() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    static string Congestion() =>
        File.Exists("/proc/sys/net/ipv4/tcp_congestion_control") ? File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control").Trim() : "unknown";

    static string? Version(string program, string option)
    {
        using var child = ChildProcess.Start(program, [option]);
        child.WaitForLastWords(TimeSpan.FromSeconds(5));
        return VersionNumber().Match(child.LastWords) is { Success: true } match ? $"{program} {match.Value}" : null;
    }

    [GeneratedRegex(@"\d+\.\d+[\w.]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionNumber();
}
