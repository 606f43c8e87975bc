using System.Runtime.InteropServices;
using Burrow.Core.Platform.Linux;

namespace Burrow.Core.Sockets;

/// <summary>
/// Keeps the process from using up its descriptors. The runtime does not survive that: a thread that it starts needs two, and without them it ends the process, or crashes. The
/// kernel gives the lowest free number, so a number near the limit tells, without a count or a call, that few are left: clients stop below that, what heals the tunnel goes further,
/// and the very last are the runtime's.
/// </summary>
/// <remarks>Linux; elsewhere the limit is not known and nothing is held back. Thread-safe.</remarks>
public static class DescriptorLimit
{
    // Threads that the pool adds at once, the files that are open for a moment, and half as many again.
    const int ForTheRuntime = 24;

    // A carrier of each mode and the races between two of them, eight questions for the status, and some strangers between.
    const int ForTheTunnel = 40;

    // Where the limit is very low, clients have three quarters all the same.
    const int LeastShareOfClients = 4;

    static int _limit = OperatingSystem.IsLinux() ? LinuxLimits.OpenFiles() : int.MaxValue;

    /// <summary>One more than the highest number that a descriptor can have, as the process started.</summary>
    internal static int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value); // for tests: using them up is what a test's own process does not survive either
    }

    /// <summary>Whether that descriptor is one of those that are not for this share. It is then to be closed, or held until there is room.</summary>
    public static bool IsBeyond(SafeHandle descriptor, DescriptorShare share) => Limit != int.MaxValue && descriptor.DangerousGetHandle() >= End(share);

    /// <summary>Whether a descriptor for this share could be had now. Two system calls.</summary>
    public static bool HasRoom(DescriptorShare share) => !OperatingSystem.IsLinux() || Limit == int.MaxValue || LinuxLimits.LowestFree() < End(share);

    static int End(DescriptorShare share)
    {
        var limit = Limit;
        var kept = share == DescriptorShare.Clients ? ForTheTunnel + ForTheRuntime : ForTheRuntime;
        return limit - Math.Min(kept, kept * limit / (LeastShareOfClients * (ForTheTunnel + ForTheRuntime)));
    }
}
