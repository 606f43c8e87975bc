using System.Globalization;

namespace Burrow.EndToEnd.Lab;

/// <summary>
/// Removes namespaces and their folders. Their names carry the id of the test process that made them, so that what a killed test run left behind is found and removed by the next one, and
/// never what a run at the same time is using.
/// </summary>
static class LabSweep
{
    const string Prefix = "burrow-";

    static readonly Lazy<Task> Once = new(SweepAsync);

    /// <summary>The name of a new lab's namespace.</summary>
    public static string NameOf(int lab, string role) => $"{Prefix}{Environment.ProcessId}-{lab}-{role}";

    /// <summary>The folder of a new lab.</summary>
    public static string FolderOf(int lab) => Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{lab}");

    /// <summary>Removes the labs of test processes that are no more. Runs once per process.</summary>
    public static Task RemoveLeftoversAsync() => Once.Value;

    /// <summary>Ends the processes that live in a namespace (by id: what a shell or an sshd forked is among them) and removes it.</summary>
    public static async Task RemoveAsync(string name)
    {
        foreach (var line in (await Shell.RunAsync(["ip", "netns", "pids", name])).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Posix.Kill(int.Parse(line, CultureInfo.InvariantCulture), Posix.SigKill);
        await Shell.RunAsync(["ip", "netns", "del", name]);
        Directory.Delete($"/etc/netns/{name}", recursive: true);
    }

    static async Task SweepAsync()
    {
        if (Directory.Exists("/run/netns"))
        {
            foreach (var path in Directory.GetFiles("/run/netns", $"{Prefix}*").Where(IsLeftover))
                await RemoveAsync(Path.GetFileName(path));
        }

        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), $"{Prefix}*").Where(IsLeftover))
            Directory.Delete(folder, recursive: true);
    }

    static bool IsLeftover(string path) =>
        int.TryParse(Path.GetFileName(path).Split('-')[1], out var owner) && (owner == Environment.ProcessId || !Directory.Exists($"/proc/{owner}"));
}
