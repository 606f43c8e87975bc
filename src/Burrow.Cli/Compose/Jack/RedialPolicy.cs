namespace Burrow.Cli.Compose.Jack;

/// <summary>
/// When to dial again. At once; then every 200 ms, so that a path that comes back is used within 300 ms; after a minute of that ever more rarely, up to the
/// longest pause. Pure: time and chance are arguments.
/// </summary>
/// <remarks>
/// A SYN that is lost on a dead path is repeated by the kernel after 1, 3, 7 … seconds; a fresh one every 200 ms finds the path when it is back, for 300 bytes a second. See
/// docs/decisions/0004-redial.md.
/// </remarks>
/// <param name="longest">The longest pause.</param>
sealed class RedialPolicy(TimeSpan longest)
{
    public static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan QuickFor = TimeSpan.FromMinutes(1);

    TimeSpan? _since;
    TimeSpan _pause = Quick;

    /// <summary>The path is back, or there is reason to hope so: begin from the beginning.</summary>
    public void Reset()
    {
        _since = null;
        _pause = Quick;
    }

    /// <summary>Jenny has answered, and then the carrier failed: the path is there, so the next attempts are quick ones again. Not without a pause: somebody may be answering in her place.</summary>
    public void Answered(TimeSpan now)
    {
        _since = now;
        _pause = Quick;
    }

    /// <summary>Whether it is still worth to try many times a second.</summary>
    public bool IsQuick(TimeSpan now) => _since is not { } since || now - since < QuickFor;

    /// <summary>The pause before the next attempt.</summary>
    /// <param name="now">Any steady clock.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan Next(TimeSpan now, double chance)
    {
        if (_since is null)
        {
            _since = now;
            return TimeSpan.Zero;
        }
        if (now - _since < QuickFor) return Quick;
        _pause = _pause * 2 < longest ? _pause * 2 : longest;
        return _pause * (0.75 + 0.5 * chance);
    }
}
