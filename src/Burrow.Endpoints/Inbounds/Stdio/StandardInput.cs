using Burrow.Core;
using Burrow.Endpoints.Platform.Unix;
using Microsoft.Win32.SafeHandles;

namespace Burrow.Endpoints.Inbounds.Stdio;

/// <summary>Standard input, or another file, as a connection that is only read from: what is written to it is thrown away, so that a peer that talks back is never stuck.</summary>
public sealed class StandardInput : Connection
{
    readonly SafeFileHandle _file;
    readonly StdioThread _thread;
    volatile bool _ended;

    /// <param name="descriptor">The open file; it stays open.</param>
    public StandardInput(int descriptor = 0)
    {
        _file = new SafeFileHandle(descriptor, ownsHandle: false);
        UnixFile.EnlargePipe(_file);
        _thread = new StdioThread("standard input", () => UnixFile.WaitReadable(_file));
    }

    /// <inheritdoc/>
    public override int TryRead(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        if (_ended) return EndOfStream;
        if (!UnixFile.IsReadable(_file)) return WouldBlock;
        var count = UnixFile.Read(_file, buffer);
        if (count > 0) return count;
        if (count == 0)
        {
            _ended = true;
            return EndOfStream;
        }
        SetEnd(new EndReason(EndPhase.Relay, EndSide.Local, EndCause.Failed, $"standard input: {UnixFile.Message(count)}"));
        return Aborted;
    }

    /// <inheritdoc/>
    public override ValueTask WaitReadableAsync() => End is not null || _ended || UnixFile.IsReadable(_file) ? ValueTask.CompletedTask : new ValueTask(_thread.RunAsync());

    /// <inheritdoc/>
    public override int TryWrite(ReadOnlySpan<byte> buffer) => End is null ? buffer.Length : Aborted;

    /// <inheritdoc/>
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> buffer) => new(End is null);

    /// <inheritdoc/>
    public override ValueTask<bool> CompleteAsync() => new(End is null);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (_ended) SetEnd(EndReason.Completed);
        Abort(new EndReason(EndPhase.Close, EndSide.Local, EndCause.Closed));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void AbortCore() => _thread.Abandon();
}
