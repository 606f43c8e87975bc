using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Burrow.Core.Platform.Linux;

/// <summary>What the runtime's sockets don't tell.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxSockets
{
    const nuint OutQueueRequest = 0x5411; // SIOCOUTQ (linux/sockios.h)

    /// <summary>Bytes that the peer has not acknowledged; 0 for a socket that has no such queue.</summary>
    public static int OutQueue(SafeHandle socket) => Ioctl(socket, OutQueueRequest, out var bytes) == 0 ? bytes : 0;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(SafeHandle file, nuint request, out int value);
}
