using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Burrow.Core.Platform.Linux;

/// <summary>clock_gettime(2).</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxClock
{
    const int ClockBootTime = 7;

    /// <summary>Nanoseconds since boot, with the time that the machine slept. 0 if the kernel does not know that clock.</summary>
    public static long BootTimeNanoseconds() => ClockGetTime(ClockBootTime, out var time) == 0 ? ((long)time.Seconds * 1_000_000_000) + time.Nanoseconds : 0;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    // Both members are as wide as a pointer on the systems that we run on.
    struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
