using System.Net;
using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>A connection of which only so many bytes are read until the bound is lifted; then it only passes on. Owns the inner one.</summary>
sealed class BoundedConnection(Connection inner, int bound) : Connection
{
    // int.MaxValue once lifted. Written by the task that reads.
    volatile int _left = bound;
    readonly int _bound = bound;

    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public override TimeSpan? RareProbe => inner.RareProbe;

    /// <summary>The caller has proved who it is. Called between reads.</summary>
    public void Lift() => _left = int.MaxValue;

    public override int TryRead(Span<byte> buffer)
    {
        if (_left == int.MaxValue) return Read(inner.TryRead(buffer));
        if (End is not null) return Aborted;
        if (_left == 0)
        {
            Abort(new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Limit, $"{_bound} bytes without proving who it is"));
            return Aborted;
        }
        var count = Read(inner.TryRead(buffer[..Math.Min(buffer.Length, _left)]));
        if (count > 0) _left -= count;
        return count;
    }

    public override ValueTask WaitReadableAsync() => _left == 0 ? default : inner.WaitReadableAsync();

    public override int TryWrite(ReadOnlySpan<byte> buffer) => Read(inner.TryWrite(buffer));

    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var written = inner.WriteAsync(buffer);
        return written.IsCompletedSuccessfully ? new(Keep(written.Result)) : WrittenAsync(written);
    }

    public override async ValueTask<bool> CompleteAsync() => Keep(await inner.CompleteAsync());

    protected override void AbortCore() => inner.Abort(End!);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    int Read(int count)
    {
        if (count == Aborted) Keep(false);
        return count;
    }

    async ValueTask<bool> WrittenAsync(ValueTask<bool> written) => Keep(await written);

    bool Keep(bool alive)
    {
        if (!alive && inner.End is { } end) SetEnd(end);
        return alive;
    }
}
