using Burrow.Core;

namespace Burrow.Carriers.Port;

/// <summary>A caller's connection: its first byte can be looked at, and only so many bytes are read until the bound is lifted; then it only passes on.</summary>
sealed class BoundedConnection(Connection inner, int bound) : WrappingConnection(inner)
{
    // Written by the task that reads, and by nobody else: a web carrier's HTTP connection is read on while the bound is lifted.
    int _left = bound;
    volatile bool _lifted;
    readonly int _bound = bound;

    // A byte that was looked at and not read yet, or -1.
    volatile int _first = -1;
    Action? _whenAborted;

    /// <summary>The caller has proved who it is. Any thread.</summary>
    public void Lift() => _lifted = true;

    /// <summary>Receives the first byte, which will be read again. Before any other read.</summary>
    /// <returns>The byte, or null when none came; <see cref="Connection.End"/> then says why, or is null at an orderly end.</returns>
    public async ValueTask<byte?> LookAtFirstAsync()
    {
        var first = new byte[1];
        if (await ReadAsync(first) != 1) return null;
        _first = first[0];
        return first[0];
    }

    /// <summary>Calls that once this connection is aborted by us, or now if it is. One only.</summary>
    public void WhenAborted(Action act)
    {
        Volatile.Write(ref _whenAborted, act);
        if (End is not null) TellAborted();
    }

    public override int TryRead(Span<byte> buffer)
    {
        if (_first >= 0) return ReadFirst(buffer);
        if (_lifted) return base.TryRead(buffer);
        if (End is not null) return Aborted;
        if (_left == 0)
        {
            Abort(new EndReason(EndPhase.Handshake, EndSide.Local, EndCause.Limit, $"{_bound} bytes without proving who it is"));
            return Aborted;
        }
        var count = base.TryRead(buffer[..Math.Min(buffer.Length, _left)]);
        if (count > 0) _left -= count;
        return count;
    }

    public override ValueTask WaitReadableAsync() => (_left == 0 && !_lifted) || _first >= 0 ? default : base.WaitReadableAsync();

    protected override void AbortCore()
    {
        base.AbortCore();
        TellAborted();
    }

    // What is there already comes with it: one byte alone is no work for anybody. What went wrong behind it shows at the next read.
    int ReadFirst(Span<byte> buffer)
    {
        if (End is not null) return Aborted;
        buffer[0] = (byte)_first;
        _first = -1;
        return 1 + Math.Max(0, buffer.Length > 1 ? TryRead(buffer[1..]) : 0);
    }

    void TellAborted() => Interlocked.Exchange(ref _whenAborted, null)?.Invoke();
}
