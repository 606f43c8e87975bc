namespace Burrow.Cli.Config;

/// <summary>Finds what a person probably meant.</summary>
internal static class Nearest
{
    /// <summary>The known name that begins so, or the one with the fewest edits when they are few enough to be a slip (a third of the name); else null.</summary>
    public static string? To(string name, IEnumerable<string> known)
    {
        // Longer than any name of ours can't be a slip, and the distance is quadratic.
        if (name.Length > 64) return null;
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in known)
        {
            if (name.Length >= 3 && candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return candidate;
            var distance = Distance(name.ToLowerInvariant(), candidate);
            if (distance >= bestDistance || distance > Math.Max(1, candidate.Length / 3)) continue;
            (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Ends a message: the nearest name, or all of them.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known) =>
        To(name, known) is { } near ? $"did you mean \"{near}\"?" : $"known: {string.Join(", ", known)}";

    /// <summary>Levenshtein's distance in which a swap of neighbours counts as one.</summary>
    static int Distance(string a, string b)
    {
        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                current[j] = Math.Min(Math.Min(last[j], current[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[b.Length];
    }
}
