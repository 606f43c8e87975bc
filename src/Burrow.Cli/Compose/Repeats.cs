using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>
/// Keeps what others can cause as often as they like from filling the log: of what is alike the first is told, and after a while how many followed. Thread-safe.
/// </summary>
sealed class Repeats(TimeProvider time, ILogger logger)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // Kinds at once; whatever else happens meanwhile counts as one kind.
    const int MaxKinds = 1024;
    const string Others = "what else is refused";

    sealed class Kind(long began)
    {
        public long Began = began;
        public long Repeated;
    }

    readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>It happened.</summary>
    /// <param name="what">Cause and source, in words that make sense before a number; nothing in it that the source can vary as it likes.</param>
    /// <returns>True if it is to be told.</returns>
    public bool IsNews(string what)
    {
        lock (_kinds)
        {
            if (_kinds.Count >= MaxKinds && !_kinds.ContainsKey(what)) what = Others;
            if (_kinds.TryGetValue(what, out var known))
            {
                known.Repeated++;
                return false;
            }
            _kinds.Add(what, new Kind(time.GetTimestamp()));
            return true;
        }
    }

    /// <summary>Tells how often it happened again, and forgets what did not. To be called now and then.</summary>
    public void TellOver()
    {
        List<(string What, long Count)> over = [];
        lock (_kinds)
        {
            foreach (var (what, kind) in _kinds.Where(known => time.GetElapsedTime(known.Value.Began) >= Interval).ToList())
            {
                if (kind.Repeated == 0)
                {
                    _kinds.Remove(what);
                    continue;
                }
                over.Add((what, kind.Repeated));
                (kind.Began, kind.Repeated) = (time.GetTimestamp(), 0);
            }
        }
        foreach (var (what, count) in over) TunnelLog.Repeated(logger, what, count, Duration.Format(Interval));
    }
}
