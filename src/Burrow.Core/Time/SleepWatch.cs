namespace Burrow.Core.Time;

/// <summary>What <see cref="SleepWatch"/> found.</summary>
public enum Wake
{
    /// <summary>Time went on as it should.</summary>
    Normal,

    /// <summary>The machine slept: the boot-time clock went on and the monotonic one stood still.</summary>
    MachineSlept,

    /// <summary>The process was stopped, or starved, for long: both clocks went on and nobody looked.</summary>
    ProcessStopped,
}

/// <summary>
/// Tells that time was lost. Fed with both clocks at a steady beat, it returns a decision; it has no clock and no timer. After either kind of loss, silence of the
/// peer during that time proves nothing, and the path may be another.
/// </summary>
/// <param name="beat">How often <see cref="Look"/> is called.</param>
/// <param name="bootTime">The first reading.</param>
/// <param name="monotonic">The first reading.</param>
/// <remarks>Not thread-safe.</remarks>
public sealed class SleepWatch(TimeSpan beat, TimeSpan bootTime, TimeSpan monotonic)
{
    // A beat comes late under load; only what a peer's liveness timer would notice counts.
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    TimeSpan _bootTime = bootTime;
    TimeSpan _monotonic = monotonic;

    /// <summary>How much was lost, as found by the last <see cref="Look"/>.</summary>
    public TimeSpan Lost { get; private set; }

    /// <summary>Compares with the last readings.</summary>
    /// <param name="bootTime">Since boot, with sleep.</param>
    /// <param name="monotonic">Since boot, without sleep; the same clock as the other where there is only one.</param>
    public Wake Look(TimeSpan bootTime, TimeSpan monotonic)
    {
        var real = bootTime - _bootTime;
        var awake = monotonic - _monotonic;
        (_bootTime, _monotonic) = (bootTime, monotonic);

        if (real - awake > Tolerance)
        {
            Lost = real - awake;
            return Wake.MachineSlept;
        }
        Lost = awake > beat + Tolerance ? awake - beat : TimeSpan.Zero;
        return Lost > TimeSpan.Zero ? Wake.ProcessStopped : Wake.Normal;
    }
}
