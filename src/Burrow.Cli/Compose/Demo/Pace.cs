namespace Burrow.Cli.Compose.Demo;

/// <summary>How fast bytes may pass. Pure: time is an argument, and who asks waits.</summary>
/// <param name="bytesPerSecond">On average.</param>
sealed class Pace(double bytesPerSecond)
{
    // A timer fires a little late each time; as much as this is made up for, no more: after a cut nothing must rush.
    static readonly TimeSpan Arrears = TimeSpan.FromMilliseconds(50);

    TimeSpan _free;

    /// <summary>Takes the time that so many bytes need.</summary>
    /// <param name="bytes">What is about to pass.</param>
    /// <param name="now">Any steady clock.</param>
    /// <returns>How long to wait before they pass; zero or less: not at all.</returns>
    public TimeSpan Take(int bytes, TimeSpan now)
    {
        if (_free < now - Arrears) _free = now - Arrears;
        var wait = _free - now;
        _free += TimeSpan.FromSeconds(bytes / bytesPerSecond);
        return wait;
    }
}
