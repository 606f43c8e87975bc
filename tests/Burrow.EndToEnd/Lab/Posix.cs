using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Burrow.EndToEnd.Lab;

/// <summary>The few system calls that .NET has no name for.</summary>
static partial class Posix
{
    public const int SigInt = 2;
    public const int SigHup = 1;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    const int CloneNewNet = 0x40000000;

    /// <summary>Sends a signal to a process (or, negative, to its group). A process that has ended already is no error.</summary>
    public static void Kill(int pid, int signal)
    {
        const int noSuchProcess = 3;
        if (KillCore(pid, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not noSuchProcess)
            throw new Win32Exception(error, $"kill({pid}, {signal})");
    }

    /// <summary>Moves the calling thread, and no other, into a network namespace.</summary>
    public static void EnterNetwork(SafeFileHandle networkNamespace)
    {
        if (SetNamespace(networkNamespace, CloneNewNet) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "setns");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCore(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int kind);
}
