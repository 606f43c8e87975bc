using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Endpoints.Platform.Unix;

/// <summary>
/// read(2), write(2), poll(2) on a descriptor that others share with us: unlike the runtime's streams they move the file's own offset, never seek, and tell a closed pipe from a
/// success. Interrupted calls are made again.
/// </summary>
internal static partial class UnixFile
{
    const int Interrupted = 4; // EINTR
    const int Again = 11; // EAGAIN on Linux: somebody else has made the shared descriptor non-blocking
    const int GetDescriptorFlags = 1; // F_GETFD
    const int CloseOnExec = 1; // FD_CLOEXEC
    const int SetPipeSize = 1031; // F_SETPIPE_SZ
    const short PollIn = 1;
    const short PollOut = 4;

    /// <returns>Bytes read, 0 at the end; else the negative errno.</returns>
    public static int Read(SafeFileHandle file, Span<byte> buffer)
    {
        while (true)
        {
            var count = Read(file, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (count >= 0) return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error == Again) Wait(file, PollIn, -1);
            else if (error != Interrupted) return -error;
        }
    }

    /// <returns>0 when all was written; else the negative errno.</returns>
    public static int Write(SafeFileHandle file, ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Write(file, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (count >= 0)
            {
                buffer = buffer[(int)count..];
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == Again) Wait(file, PollOut, -1);
            else if (error != Interrupted) return -error;
        }
        return 0;
    }

    /// <summary>
    /// Whether whoever started this process gave it that descriptor. Of those that were closed the runtime takes the numbers for files of its own, which it opens with FD_CLOEXEC (fcntl(2)): what was inherited through
    /// execve(2) can't have that.
    /// </summary>
    public static bool IsInherited(int descriptor) => FcntlFlags(descriptor, GetDescriptorFlags) is var flags && flags >= 0 && (flags & CloseOnExec) == 0;

    /// <summary>Whether a read would return at once, an end and an error included.</summary>
    public static bool IsReadable(SafeFileHandle file) => Wait(file, PollIn, 0);

    /// <summary>Waits until a read would return.</summary>
    public static void WaitReadable(SafeFileHandle file) => Wait(file, PollIn, -1);

    /// <summary>
    /// Lets a pipe hold a mebibyte instead of 64 KiB (F_SETPIPE_SZ, Linux), so that each side does more before it has to wait for the other. Anything else stays as it is, and so does a pipe when the system has no more to
    /// give.
    /// </summary>
    public static void EnlargePipe(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux()) _ = Fcntl(file, SetPipeSize, 1 << 20);
    }

    public static string Message(int errno) => Marshal.GetPInvokeErrorMessage(Math.Abs(errno));

    static bool Wait(SafeFileHandle file, short events, int milliseconds)
    {
        while (true)
        {
            var poll = new PollFile { File = (int)file.DangerousGetHandle(), Events = events };
            var ready = Poll(ref poll, 1, milliseconds);
            if (ready >= 0) return ready > 0;
            if (Marshal.GetLastPInvokeError() != Interrupted) return true; // the read will say what is wrong
        }
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ref byte buffer, nuint length);

    // Variadic in C; on x64 and arm64 Linux an int argument is passed the same way.
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(SafeFileHandle file, int command, int value);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FcntlFlags(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFile files, nuint count, int milliseconds);

    struct PollFile
    {
        public int File;
        public short Events;
        public short Found;
    }
}
