using System.Net.Sockets;
using System.Runtime.Versioning;
using Burrow.Core.Platform.Linux;

namespace Burrow.Core.Sockets;

/// <summary>Moving bytes through a pipe instead of our memory.</summary>
public sealed partial class SocketConnection
{
    /// <summary>A splice's result when the system can't do it for this socket.</summary>
    internal const int Unsupported = -3;

    const int InvalidArgument = 22; // EINVAL

    /// <summary>Moves what is there into the pipe. The results are those of <see cref="TryRead"/>, and <see cref="Unsupported"/>.</summary>
    [SupportedOSPlatform("linux")]
    internal int TrySpliceInto(SplicePipe pipe)
    {
        if (_closed) return Aborted;
        if (_readEnded) return EndOfStream;
        try
        {
            var count = LinuxPipes.Splice(_socket.SafeHandle, pipe.WriteEnd, SplicePipe.Capacity);
            if (count > 0)
            {
                pipe.Held += count;
                return count;
            }
            if (count is -LinuxPipes.Again) return WouldBlock;
            if (count is -InvalidArgument) return Unsupported;
            return EndOfReading(count == 0 ? SocketError.Success : LinuxErrors.ToSocketError(-count));
        }
        catch (ObjectDisposedException)
        {
            return Aborted;
        }
    }

    /// <summary>Moves what the socket takes out of the pipe. The results are those of <see cref="TryWrite"/>, and <see cref="Unsupported"/>.</summary>
    [SupportedOSPlatform("linux")]
    internal int TrySpliceOutOf(SplicePipe pipe)
    {
        if (End is not null) return Aborted;
        try
        {
            var count = LinuxPipes.Splice(pipe.ReadEnd, _socket.SafeHandle, pipe.Held);
            if (count > 0)
            {
                pipe.Held -= count;
                return count;
            }
            if (count is -LinuxPipes.Again or 0) return 0;
            if (count is -InvalidArgument) return Unsupported;
            Fail(LinuxErrors.ToSocketError(-count));
            return Aborted;
        }
        catch (ObjectDisposedException)
        {
            return Aborted;
        }
    }
}
