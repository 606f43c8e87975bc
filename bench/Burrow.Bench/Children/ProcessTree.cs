using System.Globalization;
using Burrow.Bench.Platform;

namespace Burrow.Bench.Children;

/// <summary>What a process and all its descendants have used: proc_pid_stat(5), proc_pid_status(5).</summary>
internal static class ProcessTree
{
    static readonly double SecondsPerTick = 1.0 / Libc.SystemConstant(Libc.ClockTicks);

    /// <summary>CPU seconds, user and system, of the living and of those that they have waited for. Resolution 10 ms per process.</summary>
    public static double CpuSeconds(IEnumerable<int> roots) => Members(roots).Sum(each => each.Ticks) * SecondsPerTick;

    /// <summary>Resident memory in MB (10^6), summed; pages that are shared count in each.</summary>
    public static double ResidentMegabytes(IEnumerable<int> roots) => Members(roots).Sum(each => ResidentKilobytes(each.Pid)) * 1024 / 1e6;

    static List<Entry> Members(IEnumerable<int> roots)
    {
        var children = new Dictionary<int, List<Entry>>();
        var all = new Dictionary<int, Entry>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } entry)
            {
                all[pid] = entry;
                if (!children.TryGetValue(entry.Parent, out var siblings))
                {
                    children[entry.Parent] = siblings = [];
                }

                siblings.Add(entry);
            }
        }

        var members = new List<Entry>();
        var open = new Stack<Entry>(roots.Where(all.ContainsKey).Select(pid => all[pid]));
        while (open.TryPop(out var next))
        {
            members.Add(next);
            foreach (var child in children.GetValueOrDefault(next.Pid, []))
            {
                open.Push(child);
            }
        }

        return members;
    }

    static Entry? Read(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");

            // The name may hold blanks and brackets: the fields begin after the last one. Fields 4, 14 to 17 of the page are 1, 11 to 14 here.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(pid, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return null;
        }
    }

    static long ResidentKilobytes(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    sealed record Entry(int Pid, int Parent, long Ticks);
}
