using System.Net;
using Burrow.Core;

namespace Burrow.Testing;

/// <summary>What goes wrong with a <see cref="FaultyConnection"/>, and at which byte.</summary>
public sealed record FaultPlan
{
    /// <summary>After so many bytes were read, the connection is reset.</summary>
    public long CutReadAt { get; init; } = long.MaxValue;

    /// <summary>After so many bytes were written, the connection is reset; a write that crosses the line is taken up to it.</summary>
    public long CutWriteAt { get; init; } = long.MaxValue;

    /// <summary>After so many bytes were read, nothing more arrives until <see cref="FaultyConnection.Release"/>.</summary>
    public long StallReadAt { get; init; } = long.MaxValue;

    /// <summary>After so many bytes were written, nothing more is taken until <see cref="FaultyConnection.Release"/>.</summary>
    public long StallWriteAt { get; init; } = long.MaxValue;

    /// <summary>Reads and writes are split into random pieces of 1 to this many bytes.</summary>
    public int MaxPiece { get; init; } = int.MaxValue;
}

/// <summary>Wraps a connection and spoils it at exact bytes, the same way for the same seed.</summary>
public sealed class FaultyConnection(Connection inner, FaultPlan plan, int seed = 0) : Connection
{
    static readonly EndReason Cut = new(EndPhase.Relay, EndSide.Path, EndCause.Reset, "cut by the test");

    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Random _readRandom = new(seed);
    readonly Random _writeRandom = new(seed + 1);
    long _read;
    long _written;

    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    public long BytesRead => Volatile.Read(ref _read);

    public long BytesWritten => Volatile.Read(ref _written);

    /// <summary>Ends the stalls, for good.</summary>
    public void Release() => _released.TrySetResult();

    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (_read >= plan.CutReadAt) return Abort();
        var allowed = Allowed(_read, plan.CutReadAt, plan.StallReadAt, buffer.Length, _readRandom);
        if (allowed == 0) return WouldBlock;
        var count = inner.TryRead(buffer[..allowed]);
        if (count > 0) _read += count;
        return Pass(count);
    }

    public override async ValueTask WaitReadableAsync()
    {
        if (End is not null || _read >= plan.CutReadAt) return;
        if (_read >= plan.StallReadAt) await _released.Task;
        await inner.WaitReadableAsync();
    }

    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (_written >= plan.CutWriteAt) return Abort();
        var allowed = Allowed(_written, plan.CutWriteAt, plan.StallWriteAt, buffer.Length, _writeRandom);
        if (allowed == 0) return 0;
        var count = inner.TryWrite(buffer[..allowed]);
        if (count > 0) _written += count;
        return Pass(count);
    }

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (End is not null) return false;
            if (_written >= plan.CutWriteAt) return Abort() != Aborted;
            var allowed = Allowed(_written, plan.CutWriteAt, plan.StallWriteAt, buffer.Length, _writeRandom);
            if (allowed == 0)
            {
                await _released.Task;
                continue;
            }
            if (!await inner.WriteAsync(buffer[..allowed])) return Pass(Aborted) != Aborted;
            _written += allowed;
            buffer = buffer[allowed..];
        }
        return true;
    }

    public override async ValueTask<bool> CompleteAsync() => await inner.CompleteAsync() || Pass(Aborted) != Aborted;

    public override async ValueTask DisposeAsync()
    {
        Release();
        await inner.DisposeAsync();
        if (inner.End is { } end) SetEnd(end);
    }

    protected override void AbortCore()
    {
        Release();
        inner.Abort(End!);
    }

    int Abort()
    {
        Abort(Cut);
        return Aborted;
    }

    int Pass(int count)
    {
        if (count == Aborted) SetEnd(inner.End!);
        return count;
    }

    int Allowed(long done, long cut, long stall, int length, Random random)
    {
        var limit = _released.Task.IsCompleted ? cut : Math.Min(cut, stall);
        if (plan.MaxPiece < int.MaxValue && length > 1) length = random.Next(1, Math.Min(length, plan.MaxPiece) + 1);
        return (int)Math.Min(length, Math.Max(0, limit - done));
    }
}
