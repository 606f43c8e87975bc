using System.Net;
using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>A connection whose first bytes were read already: they are read again first. Owns the inner one.</summary>
sealed class PrefixedConnection(Connection inner, ReadOnlyMemory<byte> prefix) : Connection
{
    ReadOnlyMemory<byte> _prefix = prefix;

    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public override TimeSpan? RareProbe => inner.RareProbe;

    public override int TryRead(Span<byte> buffer)
    {
        if (_prefix.IsEmpty) return Read(inner.TryRead(buffer));
        if (End is not null) return Aborted;
        return TakePrefix(buffer);
    }

    public override ValueTask WaitReadableAsync() => _prefix.IsEmpty ? inner.WaitReadableAsync() : default;

    public override int TryWrite(ReadOnlySpan<byte> buffer) => Read(inner.TryWrite(buffer));

    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var written = inner.WriteAsync(buffer);
        return written.IsCompletedSuccessfully ? new(Keep(written.Result)) : WrittenAsync(written);
    }

    public override async ValueTask<bool> CompleteAsync() => Keep(await inner.CompleteAsync());

    protected override void AbortCore() => inner.Abort(End!);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    int TakePrefix(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..count].CopyTo(buffer);
        _prefix = _prefix[count..];
        return count;
    }

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
