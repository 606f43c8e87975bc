using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Endpoints.Platform.Unix;

/// <summary>A lock on a file that other processes and other holders in this one see, and that ends with its process however that ends: flock(2).</summary>
internal sealed partial class FileLock : IDisposable
{
    // asm-generic/fcntl.h, as on x64 and arm64
    const int ReadOnly = 0x0;
    const int ReadWrite = 0x2;
    const int Create = 0x40;
    const int CloseOnExec = 0x80000;
    const int OwnerWritesOthersRead = 0x1A4; // 0644
    const int Exclusive = 2; // LOCK_EX
    const int Interrupted = 4; // EINTR
    const int NotPermitted = 13; // EACCES

    // Where we can't wait in the kernel.
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    readonly SafeFileHandle _file;

    FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Waits until the lock is ours. The file is made if it is missing, and stays: whoever removed it would take it from under somebody who waits.</summary>
    /// <exception cref="IOException">The file can't be opened, or its file system knows no locks.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be opened.</exception>
    public static FileLock Take(string path) => new(OperatingSystem.IsLinux() ? TakeInKernel(path) : TakeByAsking(path));

    public void Dispose() => _file.Dispose();

    // A file that several users write may have a lock that another of them made. To lock it, reading is enough for flock(2), except over NFS, which makes of it a lock of fcntl(2) that only a writer
    // may take; and Linux creates no file in a sticky directory where another user has one, not even to open that (fs.protected_regular, proc(5)).
    static readonly int[] WaysToOpen = [ReadWrite | Create, ReadWrite, ReadOnly];

    // The runtime's own way of opening takes a lock of its own, and fails instead of waiting.
    [SupportedOSPlatform("linux")]
    static SafeFileHandle TakeInKernel(string path)
    {
        var file = Open(path);
        while (Flock(file, Exclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Interrupted) continue;
            var failure = Failure(path, "locked");
            file.Dispose();
            throw failure;
        }
        return file;
    }

    [SupportedOSPlatform("linux")]
    static SafeFileHandle Open(string path)
    {
        foreach (var way in WaysToOpen)
        {
            var file = Open(path, way | CloseOnExec, OwnerWritesOthersRead);
            if (!file.IsInvalid) return file;
            file.Dispose();
            if (Marshal.GetLastPInvokeError() != NotPermitted) break;
        }
        throw Failure(path, "opened");
    }

    static SafeFileHandle TakeByAsking(string path)
    {
        while (true)
        {
            try
            {
                return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
            {
                new ManualResetEventSlim().Wait(Look);
            }
        }
    }

    static IOException Failure(string path, string done) => new($"{path} can't be {done}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
