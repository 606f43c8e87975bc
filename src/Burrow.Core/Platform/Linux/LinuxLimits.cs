using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Burrow.Core.Platform.Linux;

/// <summary>getrlimit(2) and the number that the kernel would give the next descriptor. Numbers as on x64 and arm64.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxLimits
{
    const int OpenFilesResource = 7; // RLIMIT_NOFILE
    const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC

    /// <summary>One more than the highest number that a descriptor of this process can have.</summary>
    public static int OpenFiles() => GetLimit(OpenFilesResource, out var limit) == 0 && limit.Soft < int.MaxValue ? (int)limit.Soft : int.MaxValue;

    /// <summary>The lowest number that is free; <see cref="int.MaxValue"/> when none is.</summary>
    public static int LowestFree()
    {
        var number = Epoll(CloseOnExec);
        if (number < 0) return int.MaxValue;
        _ = Close(number);
        return number;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    // Of all calls that make a descriptor one of the cheapest, and it needs neither a file nor another descriptor.
    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int Epoll(int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    // rlim_t is as wide as a pointer.
    struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
