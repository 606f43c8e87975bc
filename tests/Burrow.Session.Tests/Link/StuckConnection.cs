using System.Net;
using Burrow.Core;

namespace Burrow.Session.Tests.Link;

/// <summary>A carrier whose write ends when a test says so and not when it is aborted, which none should be.</summary>
sealed class StuckConnection(Connection inner) : Connection
{
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override EndPoint? LocalEndPoint => inner.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => inner.RemoteEndPoint;

    public Task Abandoned => _aborted.Task;

    public void Release() => _released.SetResult();

    public override int TryRead(Span<byte> buffer) => inner.TryRead(buffer);

    public override ValueTask WaitReadableAsync() => inner.WaitReadableAsync();

    public override int TryWrite(ReadOnlySpan<byte> buffer) => WouldBlock;

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        await _released.Task;
        return false;
    }

    public override ValueTask<bool> CompleteAsync() => inner.CompleteAsync();

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void AbortCore()
    {
        inner.Abort(End!);
        _aborted.TrySetResult();
    }
}
