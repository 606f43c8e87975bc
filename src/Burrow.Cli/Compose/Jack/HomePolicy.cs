namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// When a session that goes by a lesser way tries the better ones: soon, and ever more rarely as long as none works, because each try is a few requests that somebody may count; and
/// ever more rarely, too, after a better way was lost again shortly after the session had moved to it. Pure: time is an argument.
/// </summary>
sealed class HomePolicy
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    /// <summary>With at most three requests a try, and those of an idle carrier itself, fewer than one in ten seconds.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(2);

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>A way that holds for so long is steady.</summary>
    public static readonly TimeSpan Steady = WayTable.Steady;

    TimeSpan? _cameAt;
    TimeSpan _first = Soon;
    TimeSpan _pause = Soon;

    /// <summary>The pause before the next try.</summary>
    public TimeSpan Pause => _pause;

    /// <summary>No better way works.</summary>
    public void Failed()
    {
        if (_pause < LongestLook) _pause = _pause * 2 < LongestLook ? _pause * 2 : LongestLook;
    }

    /// <summary>The session moved to a better way.</summary>
    public void Came(TimeSpan now) => _cameAt = now;

    /// <summary>A carrier was lost.</summary>
    public void Lost(TimeSpan now)
    {
        if (_cameAt is { } came)
        {
            _cameAt = null;
            if (now - came >= Steady) _first = Soon;
            else _first = _first * 2 < Longest ? _first * 2 : Longest;
        }
        _pause = _first;
    }

    /// <summary>Another network.</summary>
    public void Reset() => (_cameAt, _first, _pause) = (null, Soon, Soon);
}
