using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Burrow.Core.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Core.Platform.Linux;

/// <summary>pipe2(2), splice(2), fcntl(2) and read(2) for pipes. Numbers as on x64 and arm64.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxPipes
{
    public const int Interrupted = 4; // EINTR
    public const int Again = 11; // EAGAIN

    const int CloseOnExec = 0x80000; // O_CLOEXEC
    const int NonBlocking = 0x800; // O_NONBLOCK
    const int SetPipeSize = 1031; // F_SETPIPE_SZ
    const uint Move = 1; // SPLICE_F_MOVE
    const uint NonBlock = 2; // SPLICE_F_NONBLOCK

    /// <summary>A non-blocking pipe; null when the process or the system has no descriptors left for it.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write)? Create()
    {
        Span<int> ends = stackalloc int[2];
        if (Pipe2(ref MemoryMarshal.GetReference(ends), CloseOnExec | NonBlocking) != 0) return null;
        var (read, write) = (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true));
        if (!DescriptorLimit.IsBeyond(read, DescriptorShare.Clients) && !DescriptorLimit.IsBeyond(write, DescriptorShare.Clients)) return (read, write);
        read.Dispose();
        write.Dispose();
        return null;
    }

    /// <returns>The pipe's capacity in bytes; negative when the system does not give that much (pipe(7), pipe-user-pages-soft).</returns>
    public static int SetCapacity(SafeFileHandle pipe, int bytes) => FcntlInt(pipe, SetPipeSize, bytes);

    /// <returns>Bytes moved; 0 at the end of the stream; else the negative errno.</returns>
    public static int Splice(SafeHandle from, SafeHandle into, int most)
    {
        while (true)
        {
            var count = Splice(from, 0, into, 0, (nuint)most, Move | NonBlock);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) return -error;
        }
    }

    /// <returns>Bytes read; else the negative errno.</returns>
    public static int Read(SafeFileHandle pipe, Span<byte> buffer)
    {
        while (true)
        {
            var count = Read(pipe, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted) return -error;
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(ref int ends, int flags);

    // Variadic in C; on x64 and arm64 Linux an int argument is passed the same way.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlInt(SafeFileHandle file, int command, int value);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    private static partial nint Splice(SafeHandle from, nint fromOffset, SafeHandle into, nint intoOffset, nuint most, uint flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, ref byte buffer, nuint most);
}
