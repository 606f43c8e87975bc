namespace Burrow.Bench.Report;

/// <summary>docs/performance.md: what stands between its two markers is ours, the rest is written by people.</summary>
internal static class PerformancePage
{
    const string Begin = "<!-- bench: begin -->", End = "<!-- bench: end -->";

    /// <exception cref="IOException">There is no page above the program, or it lacks the markers.</exception>
    public static void Replace(string report)
    {
        var path = Find();
        var page = File.ReadAllText(path);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new IOException($"docs/performance.md lacks the lines '{Begin}' and '{End}'");
        }

        File.WriteAllText(path, page[..(begin + Begin.Length)] + "\n\n" + report.Trim() + "\n\n" + page[end..]);
    }

    static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = Path.Combine(directory.FullName, "docs", "performance.md");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new IOException("no docs/performance.md above the program");
    }
}
