namespace Burrow.Session.Liveness;

/// <summary>The smoothed round trip and its variation, as TCP estimates them (RFC 6298, section 2).</summary>
sealed class RttEstimator
{
    /// <summary>Zero while unknown.</summary>
    public TimeSpan Smoothed { get; private set; }

    public TimeSpan Variation { get; private set; }

    public void Add(TimeSpan sample)
    {
        if (Smoothed == TimeSpan.Zero)
        {
            Smoothed = sample;
            Variation = sample / 2;
            return;
        }
        Variation = 0.75 * Variation + 0.25 * (Smoothed - sample).Duration();
        Smoothed = 0.875 * Smoothed + 0.125 * sample;
    }
}
