namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// When a session that goes by a lesser way tries the better ones: soon, for a dial costs a few packets; and ever more rarely after a better way was lost again shortly
/// after the session had moved to it. Pure: time is an argument.
/// </summary>
sealed class HomePolicy
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>A way that holds for so long is steady.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    TimeSpan? _cameAt;
    TimeSpan _pause = Soon;

    /// <summary>The pause before the next try.</summary>
    public TimeSpan Pause => _pause;

    /// <summary>The session moved to a better way.</summary>
    public void Came(TimeSpan now) => _cameAt = now;

    /// <summary>A carrier was lost.</summary>
    public void Lost(TimeSpan now)
    {
        if (_cameAt is not { } came) return;
        _cameAt = null;
        if (now - came >= Steady) _pause = Soon;
        else _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
    }
}
