using System.Runtime.InteropServices;

namespace Burrow.Bench.Platform;

/// <summary>A level-triggered epoll set (epoll(7)), used from one thread.</summary>
internal sealed unsafe class Poller : IDisposable
{
    const int Room = 512;

    // struct epoll_event is packed on x86-64 only.
    static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    static readonly int TokenAt = Stride - 8;

    readonly int _fd = Fd.Check(Libc.EpollCreate(Libc.SOCK_CLOEXEC), "epoll_create1");
    readonly byte* _ready = (byte*)NativeMemory.AllocZeroed((nuint)(Room * Stride));

    public void Add(int fd, uint events, int token) => Change(Libc.EPOLL_CTL_ADD, fd, events, token);

    public void Modify(int fd, uint events, int token) => Change(Libc.EPOLL_CTL_MOD, fd, events, token);

    /// <summary>Waits until something is ready or <paramref name="milliseconds"/> have passed, and says how many are; read them with the indexer.</summary>
    public int Wait(int milliseconds)
    {
        var ready = Libc.EpollWait(_fd, _ready, Room, milliseconds);
        return ready < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR ? 0 : Fd.Check(ready, "epoll_wait");
    }

    public (int Token, uint Events) this[int index]
    {
        get
        {
            var at = _ready + (index * Stride);
            return ((int)*(long*)(at + TokenAt), *(uint*)at);
        }
    }

    public void Dispose()
    {
        _ = Libc.Close(_fd);
        NativeMemory.Free(_ready);
    }

    void Change(int operation, int fd, uint events, int token)
    {
        var change = stackalloc byte[16];
        *(uint*)change = events;
        *(long*)(change + TokenAt) = token;
        Fd.Check(Libc.EpollControl(_fd, operation, fd, change), "epoll_ctl");
    }
}
