using System.Runtime.Versioning;
using Burrow.Core.Platform.Linux;
using Burrow.Core.Sockets;

namespace Burrow.Core.Relaying;

/// <summary>Moving pages from socket to socket through a pipe of the kernel.</summary>
sealed partial class Direction
{
    // Less than this in one go costs more system calls than it saves copying; copying goes on until a slab is full again.
    const int WorthSplicing = 32 << 10;

    // What is copied out of the pipe when the sink is full: sending it is the wait for the sink, for which the runtime's sockets have no other call.
    const int Portion = 16 << 10;

    /// <summary>Splices until an end, or until copying is the better way.</summary>
    [SupportedOSPlatform("linux")]
    async ValueTask<MoveResult> SpliceAsync(SocketConnection source, SocketConnection sink)
    {
        SplicePipe? pipe = null;
        try
        {
            while (true)
            {
                pipe ??= SplicePipe.TryRent();
                if (pipe is null) return MoveResult.OtherWay;
                var count = source.TrySpliceInto(pipe);
                if (count > 0)
                {
                    if (!await EmptyAsync(pipe, sink)) return MoveResult.SinkFailed;
                    if (_turn >= BytesPerTurn)
                    {
                        _turn = 0;
                        await Task.Yield();
                    }
                    if (count < WorthSplicing || !_canSplice || Volatile.Read(ref _discards) == 1) return MoveResult.OtherWay;
                    continue;
                }
                switch (count)
                {
                    case Connection.WouldBlock:
                        var more = source.WaitReadableAsync();
                        if (!more.IsCompletedSuccessfully)
                        {
                            pipe.Dispose();
                            pipe = null;
                        }
                        await more;
                        break;
                    case Connection.EndOfStream:
                        return MoveResult.Ended;
                    case SocketConnection.Unsupported:
                        _canSplice = false;
                        return MoveResult.OtherWay;
                    default:
                        return MoveResult.SourceAborted;
                }
            }
        }
        finally
        {
            pipe?.Dispose();
        }
    }

    /// <summary>Gives the sink all that is in the pipe.</summary>
    /// <returns>False when it failed.</returns>
    [SupportedOSPlatform("linux")]
    async ValueTask<bool> EmptyAsync(SplicePipe pipe, SocketConnection sink)
    {
        while (pipe.Held > 0)
        {
            var taken = sink.TrySpliceOutOf(pipe);
            if (taken > 0) Count(taken);
            else if (taken == Connection.Aborted || !await CopyOutAsync(pipe, taken == 0 ? Portion : int.MaxValue)) return false;
            if (taken == SocketConnection.Unsupported) _canSplice = false;
        }
        return true;
    }

    [SupportedOSPlatform("linux")]
    async ValueTask<bool> CopyOutAsync(SplicePipe pipe, int most)
    {
        var slab = Options.Pool.Rent();
        try
        {
            var count = LinuxPipes.Read(pipe.ReadEnd, slab.Span[..Math.Min(most, slab.Length)]);
            if (count <= 0) return false; // it holds bytes and has both its ends: not to be expected
            pipe.Held -= count;
            return await WriteAsync(slab.Memory[..count]);
        }
        finally
        {
            slab.Return();
        }
    }
}
