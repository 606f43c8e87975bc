using Burrow.Core;
using Burrow.Endpoints.Platform.Unix;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Endpoints.Inbounds.Stdio;

/// <summary>
/// Standard output, or another file, as a connection that is only written to. Reading from it waits until all is written and its end was asked for, and then gives the end of the stream: so a
/// relay tells the other side that it has ended here only when everything is out of our hands.
/// </summary>
public sealed class StandardOutput : Connection
{
    readonly SafeFileHandle _file;
    readonly StdioThread _thread;
    readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ReadOnlyMemory<byte> _bytes;
    volatile int _error;

    /// <param name="descriptor">The open file; it stays open.</param>
    public StandardOutput(int descriptor = 1)
    {
        _file = new SafeFileHandle(descriptor, ownsHandle: false);
        UnixFile.EnlargePipe(_file);
        _thread = new StdioThread("standard output", () => _error = UnixFile.Write(_file, _bytes.Span));
    }

    /// <inheritdoc/>
    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        return _over.Task.IsCompleted ? EndOfStream : WouldBlock;
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync() => new(_over.Task);

    /// <summary>Nothing: there is no write to a pipe that says beforehand how much it takes, and the thread that asks may be the one that serves all sockets.</summary>
    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? 0 : Aborted;

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        if (End is not null) return false;
        _bytes = buffer;
        await _thread.RunAsync();
        if (_error != 0) Abort(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed, $"standard output: {UnixFile.Message(_error)}"));
        return End is null;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CompleteAsync()
    {
        _over.TrySetResult();
        return new(End is null);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (_over.Task.IsCompleted) SetEnd(EndReason.Completed);
        Abort(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void AbortCore()
    {
        _thread.Abandon();
        _over.TrySetResult();
    }
}
