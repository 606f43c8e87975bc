using System.Net.Sockets;
using System.Runtime.InteropServices;
using Burrow.Core;
using Burrow.Core.Sockets;

namespace Burrow.Endpoints.Inbounds.Stdio;

/// <summary>Two connected ends inside this process, for parts that each want a connection of their own: socketpair(2).</summary>
public static partial class LocalPair
{
    const int Unix = 1; // AF_UNIX
    const int Stream = 1; // SOCK_STREAM; the same on Linux, macOS and the BSDs

    /// <exception cref="SocketException">The process has no descriptors left.</exception>
    public static (Connection Near, Connection Far) Create()
    {
        Span<int> ends = stackalloc int[2];
        if (SocketPair(Unix, Stream, 0, ref MemoryMarshal.GetReference(ends)) != 0) throw new SocketException((int)SocketError.TooManyOpenSockets);
        return (Wrap(ends[0]), Wrap(ends[1]));
    }

    static SocketConnection Wrap(int descriptor) => new(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));

    [LibraryImport("libc", EntryPoint = "socketpair")]
    private static partial int SocketPair(int family, int type, int protocol, ref int ends);
}
