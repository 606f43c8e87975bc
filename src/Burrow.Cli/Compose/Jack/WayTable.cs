namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// Which of several ways to Jenny is tried when: best first; after them those that did not work when another one did; those that lately led nowhere last; and one whose proxy refused our
/// password not at all for a while. Pure: time is an argument.
/// </summary>
/// <param name="count">How many ways there are, best first.</param>
sealed class WayTable(int count)
{
    /// <summary>How long a way stands behind the others after it connected and then led nowhere or did not hold: a captive portal, a proxy that cuts what is long. Doubles each time.</summary>
    public static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(2);

    /// <summary>How long a way is not tried after a password was refused: many proxies lock an account after a few tries. Doubles each time.</summary>
    public static readonly TimeSpan FirstBar = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan LongestBar = TimeSpan.FromMinutes(10);

    /// <summary>A way that carries for so long is steady.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    readonly Way[] _ways = new Way[count];

    /// <summary>The ways to try now, in this order; empty when all are barred.</summary>
    public List<int> Order(TimeSpan now) =>
    [
        .. Enumerable.Range(0, _ways.Length)
            .Where(way => _ways[way].BarredUntil <= now)
            .OrderBy(way => _ways[way].RestsUntil > now ? _ways[way].RestsUntil : TimeSpan.Zero)
            .ThenBy(way => _ways[way].IsBlocked),
    ];

    /// <summary>It connected, and then nothing sensible came of it.</summary>
    public void LedNowhere(int way, TimeSpan now) => _ways[way] = _ways[way] with { RestsUntil = now + Pause(FirstRest, LongestRest, _ways[way].Failures), Failures = _ways[way].Failures + 1 };

    /// <summary>Its proxy refused our password.</summary>
    public void RefusedUs(int way, TimeSpan now) => _ways[way] = _ways[way] with { BarredUntil = now + Pause(FirstBar, LongestBar, _ways[way].Failures), Failures = _ways[way].Failures + 1 };

    /// <summary>It failed where another one worked.</summary>
    public void Blocked(int way) => _ways[way] = _ways[way] with { IsBlocked = true };

    /// <summary>It carries the session.</summary>
    public void Worked(int way) => _ways[way] = new Way { Losses = _ways[way].Losses };

    /// <summary>It carried the session for so long, and was lost.</summary>
    public void Lost(int way, TimeSpan after, TimeSpan now)
    {
        if (after >= Steady) _ways[way] = default;
        else _ways[way] = _ways[way] with { RestsUntil = now + Pause(FirstRest, LongestRest, _ways[way].Losses), Losses = _ways[way].Losses + 1 };
    }

    /// <summary>In this network that way worked the last time, and so the better ones did not.</summary>
    public void Remember(int way)
    {
        for (var better = 0; better < way; better++) Blocked(better);
    }

    /// <summary>Another network: all begin anew.</summary>
    public void Forget() => Array.Clear(_ways);

    static TimeSpan Pause(TimeSpan first, TimeSpan longest, int failures) => failures > 16 || first * (1 << failures) > longest ? longest : first * (1 << failures);

    readonly record struct Way(TimeSpan RestsUntil, TimeSpan BarredUntil, int Failures, int Losses, bool IsBlocked);
}
