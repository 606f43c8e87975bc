using System.Diagnostics;
using System.Threading.Channels;
using Burrow.Core;

namespace Burrow.Testing;

/// <summary>One connection through a <see cref="CutProxy"/>.</summary>
internal sealed class CutProxyPath(CutProxy proxy, Connection near, Connection far)
{
    // What may be under way in one direction, as pieces of up to 16 KiB: 4 MiB are a gigabit for 32 ms.
    const int PieceSize = 16 * 1024;
    const int PiecesUnderWay = 256;

    static readonly byte[] Rst = [];
    static readonly EndReason PeersReset = new(EndPhase.Relay, EndSide.Peer, EndCause.Reset);

    readonly Lock _lock = new();
    TaskCompletionSource _changed = NewSource();
    Way _silent;
    bool _forgotten;
    bool _over; // reset or closed by command: what still comes is dropped
    bool _reset; // and no FIN may come before the RST

    public async Task RunAsync()
    {
        await Task.WhenAll(PassAsync(near, far, Way.Up), PassAsync(far, near, Way.Down));
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    public void Silence(Way way)
    {
        lock (_lock) _silent = way;
        Wake();
    }

    public void Forget()
    {
        lock (_lock) _forgotten = true;
        Wake();
    }

    public void Reset(EndReason reason)
    {
        lock (_lock) _over = _reset = true;
        near.Abort(reason);
        far.Abort(reason);
        Wake();
    }

    /// <summary>The FINs leave at once, whatever is held or under way. Who is stuck in the middle of a write gets a reset instead: half of a piece can't be taken back.</summary>
    public async Task CloseAsync()
    {
        lock (_lock) _over = true;
        Wake();
        await near.CompleteAsync();
        await far.CompleteAsync();
    }

    async Task PassAsync(Connection source, Connection sink, Way way)
    {
        var pieces = Channel.CreateBounded<(long Read, byte[] Bytes)>(PiecesUnderWay);
        await Task.WhenAll(ReadAsync(source, pieces.Writer), WriteAsync(pieces.Reader, sink, way));
    }

    static async Task ReadAsync(Connection source, ChannelWriter<(long, byte[])> pieces)
    {
        var buffer = new byte[PieceSize];
        int count;
        while ((count = await source.ReadAsync(buffer)) > 0) await pieces.WriteAsync((Stopwatch.GetTimestamp(), buffer[..count]));
        if (count == Connection.Aborted) await pieces.WriteAsync((Stopwatch.GetTimestamp(), Rst));
        pieces.Complete();
    }

    async Task WriteAsync(ChannelReader<(long Read, byte[] Bytes)> pieces, Connection sink, Way way)
    {
        while (await pieces.WaitToReadAsync())
        {
            if (!pieces.TryRead(out var piece)) continue;
            var wait = proxy.Delay - Stopwatch.GetElapsedTime(piece.Read);
            if (wait > TimeSpan.Zero && !IsOver) await Task.Delay(wait);
            await WhileHeldAsync(way);

            if (IsOver) continue; // dropped
            if (piece.Bytes == Rst) Reset(PeersReset);
            else if (await sink.WriteAsync(piece.Bytes)) proxy.Count(way, piece.Bytes.Length);
        }
        await WhileHeldAsync(way);
        if (!IsReset) await sink.CompleteAsync();
    }

    async Task WhileHeldAsync(Way way)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_over || !(_forgotten || _silent.HasFlag(way))) return;
                changed = _changed.Task;
            }
            await changed;
        }
    }

    bool IsOver
    {
        get
        {
            lock (_lock) return _over;
        }
    }

    bool IsReset
    {
        get
        {
            lock (_lock) return _reset;
        }
    }

    void Wake()
    {
        TaskCompletionSource changed;
        lock (_lock) (changed, _changed) = (_changed, NewSource());
        changed.TrySetResult();
    }

    static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
