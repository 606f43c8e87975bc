using System.Net;
using Burrow.Core;

namespace Burrow.Carriers;

/// <summary>A connection that passes on what another one does, which it owns, end reasons included. What wraps for a purpose overrides that part.</summary>
public abstract class WrappingConnection(Connection inner) : Connection
{
    protected Connection Inner { get; } = inner;

    public override EndPoint? RemoteEndPoint => Inner.RemoteEndPoint;

    public override EndPoint? LocalEndPoint => Inner.LocalEndPoint;

    public override TimeSpan? RareProbe => Inner.RareProbe;

    public override int UnsentBytes => Inner.UnsentBytes;

    public override ValueTask<bool> AnswersAsync(TimeSpan patience) => Inner.AnswersAsync(patience);

    public override int TryRead(Span<byte> buffer)
    {
        var count = Inner.TryRead(buffer);
        if (count == Aborted) Keep(false);
        return count;
    }

    public override ValueTask WaitReadableAsync() => Inner.WaitReadableAsync();

    public override int TryWrite(ReadOnlySpan<byte> buffer)
    {
        var count = Inner.TryWrite(buffer);
        if (count == Aborted) Keep(false);
        return count;
    }

    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        var written = Inner.WriteAsync(buffer);
        return written.IsCompletedSuccessfully ? new(Keep(written.Result)) : WrittenAsync(written);
    }

    public override async ValueTask<bool> CompleteAsync() => Keep(await Inner.CompleteAsync());

    protected override void AbortCore() => Inner.Abort(End!);

    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this); // there is no finalizer to suppress; whoever adds one to a derived type finds it right
        return Inner.DisposeAsync();
    }

    async ValueTask<bool> WrittenAsync(ValueTask<bool> written) => Keep(await written);

    bool Keep(bool alive)
    {
        if (!alive && Inner.End is { } end) SetEnd(end);
        return alive;
    }
}
