using System.Diagnostics;
using Burrow.Core.Platform.Linux;

namespace Burrow.Core.Time;

/// <summary>
/// The clock of sessions: it also counts the time that the machine slept (CLOCK_BOOTTIME, clock_gettime(2)), so that a session's deadline means the same on a laptop
/// whose lid was closed. Nobody can set it. Elsewhere than on Linux: the system's monotonic clock.
/// </summary>
/// <remarks>
/// Timers are the system's: they stand still while the machine sleeps, and a loop that wakes afterwards must look at the timestamp. Timestamps are in nanoseconds.
/// </remarks>
public sealed class BootTimeProvider : TimeProvider
{
    static readonly bool HasBootTime = OperatingSystem.IsLinux() && LinuxClock.BootTimeNanoseconds() > 0;

    BootTimeProvider()
    {
    }

    public static BootTimeProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => HasBootTime ? 1_000_000_000 : Stopwatch.Frequency;

    /// <inheritdoc/>
    public override long GetTimestamp() => HasBootTime && OperatingSystem.IsLinux() ? LinuxClock.BootTimeNanoseconds() : Stopwatch.GetTimestamp();

    /// <summary>The time since boot with sleep: one of the two readings of a <see cref="SleepWatch"/>.</summary>
    public TimeSpan SinceBoot => GetElapsedTime(0);

    /// <summary>The same without sleep (CLOCK_MONOTONIC on Linux): the other reading.</summary>
    public static TimeSpan SinceBootAwake => Stopwatch.GetElapsedTime(0);
}
