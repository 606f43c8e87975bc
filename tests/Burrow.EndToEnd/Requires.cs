using Xunit;

namespace Burrow.EndToEnd;

/// <summary>
/// What a test needs of the machine. Where it is missing the test is skipped and says why; with <c>CI=true</c> it fails, so that a build machine
/// that quietly tests nothing is noticed.
/// </summary>
static class Requires
{
    static readonly bool OnBuildMachine = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Network namespaces: root on Linux, and the programs that make and spoil a network.</summary>
    public static void Namespaces()
    {
        That(OperatingSystem.IsLinux(), "network namespaces need Linux");
        That(Environment.UserName == "root" || Environment.IsPrivilegedProcess, "network namespaces need root");
        Tools("ip", "ss", "tc", "nft", "conntrack", "sysctl", "mount", "setpriv");
    }

    /// <summary>Programs on the path (or in /usr/sbin).</summary>
    public static void Tools(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            That(Find(name) is not null, $"{name} is not installed");
    }

    /// <summary>The full path of a program, or null.</summary>
    public static string? Find(string name) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    static void That(bool met, string reason)
    {
        if (met) return;
        if (OnBuildMachine) Assert.Fail($"{reason} (CI=true: a failure, not a skip)");
        Assert.Skip(reason);
    }
}
