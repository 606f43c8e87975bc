using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Core.Platform.Linux;

/// <summary>
/// A pipe through which splice(2) moves a socket's pages into another without copying them. Lent like a slab: held while bytes move, given back empty.
/// </summary>
/// <remarks>Thread-safe statically; one user at a time for a pipe.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class SplicePipe : IDisposable
{
    /// <summary>What the kernel gives everybody (pipe-max-size). With the default of 64 KiB, splicing lost to copying.</summary>
    public const int Capacity = 1 << 20;

    // A full pipe holds a mebibyte of kernel memory, and a sink that takes nothing keeps it full: beyond this many, bytes are copied, which holds a slab.
    const int MostLent = 256;

    // Idle pipes hold no pages. Two descriptors each: making one costs three system calls, as much as moving some 30 KiB.
    const int MostKept = 32;

    // Users other than root share 64 MiB of pipes (pipe-user-pages-soft); beyond it new ones hold a page or two, which is slower than copying.
    const int LeastCapacity = 256 << 10;

    static readonly Lock Gate = new();
    static readonly Stack<SplicePipe> Kept = new();
    static int _lent; // guarded by Gate

    readonly SafeFileHandle _read;
    readonly SafeFileHandle _write;

    SplicePipe(SafeFileHandle read, SafeFileHandle write) => (_read, _write) = (read, write);

    public SafeFileHandle ReadEnd => _read;

    public SafeFileHandle WriteEnd => _write;

    /// <summary>Bytes in it.</summary>
    public int Held { get; set; }

    /// <summary>An empty pipe, or null when there is none to be had now.</summary>
    public static SplicePipe? TryRent()
    {
        lock (Gate)
        {
            if (_lent >= MostLent) return null;
            _lent++;
            if (Kept.TryPop(out var kept)) return kept;
        }
        if (TryMake() is { } made) return made;
        lock (Gate) _lent--;
        return null;
    }

    /// <summary>Gives it back; one that is not empty is closed.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            _lent--;
            if (Held == 0 && Kept.Count < MostKept)
            {
                Kept.Push(this);
                return;
            }
        }
        _read.Dispose();
        _write.Dispose();
    }

    static SplicePipe? TryMake()
    {
        if (LinuxPipes.Create() is not var (read, write)) return null;
        if (LinuxPipes.SetCapacity(write, Capacity) >= LeastCapacity) return new SplicePipe(read, write);
        read.Dispose();
        write.Dispose();
        return null;
    }
}
