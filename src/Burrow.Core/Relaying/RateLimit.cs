namespace Burrow.Core.Relaying;

/// <summary>
/// Says when how many bytes may go, so that no second sees more than 105 % of the rate (and one byte): a token bucket that holds a twentieth of a second. Pure: it has no
/// clock and no timer.
/// </summary>
/// <remarks>
/// What a late timer has missed is made up for only within that twentieth, so the mean stays within a percent while nothing comes in gulps. Bytes are allowed by the half bucket, 40 times a
/// second at most: fewer would be seen as stutter, more cost wake-ups. Not thread-safe.
/// </remarks>
public sealed class RateLimit
{
    const double BucketSeconds = 0.05;

    readonly double _rate;
    readonly double _bucket;
    readonly double _portion;
    double _tokens;
    TimeSpan _at;

    /// <param name="bytesPerSecond">At least 1.</param>
    /// <param name="now">Any steady clock.</param>
    public RateLimit(long bytesPerSecond, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        _rate = bytesPerSecond;
        _bucket = Math.Max(1, bytesPerSecond * BucketSeconds);
        _portion = Math.Max(1, _bucket / 2);
        _at = now;
    }

    /// <summary>How many bytes may go now.</summary>
    /// <returns>0 while the next portion is not due: then wait for <see cref="Pause"/>.</returns>
    public int Allowed(TimeSpan now)
    {
        _tokens = Math.Min(_bucket, _tokens + ((now - _at).TotalSeconds * _rate));
        _at = now;
        return _tokens >= _portion ? (int)Math.Min(int.MaxValue, _tokens) : 0;
    }

    /// <summary>How long after the last <see cref="Allowed"/> the next portion is due.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Math.Max(0, (_portion - _tokens) / _rate));

    /// <summary>Bytes have gone, no more than were allowed.</summary>
    public void Spend(int bytes) => _tokens -= bytes;
}
