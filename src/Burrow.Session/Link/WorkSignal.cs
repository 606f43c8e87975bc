using System.Threading.Tasks.Sources;

namespace Burrow.Session.Link;

/// <summary>
/// Wakes a link's writer. One waiter; a signal while nobody waits is remembered, and many count as one. The waiter goes on inside of <see cref="Set"/>, on the
/// caller's thread: handing a keystroke to another thread would cost more than sending it. It must therefore never block, and yields after a few batches.
/// </summary>
sealed class WorkSignal : IValueTaskSource
{
    const int Idle = 0;
    const int Signalled = 1;
    const int Waiting = 2;

    ManualResetValueTaskSourceCore<bool> _core;
    int _state;

    /// <param name="inline">False: the waiter goes on elsewhere, for callers that hold a lock of their own.</param>
    public void Set(bool inline = true)
    {
        if (Interlocked.CompareExchange(ref _state, Signalled, Idle) != Waiting) return;
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) != Waiting) return;
        _core.RunContinuationsAsynchronously = !inline;
        _core.SetResult(true);
    }

    /// <summary>Completes at the next <see cref="Set"/>, at once if there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Signalled) == Signalled) return default;
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle) return new ValueTask(this, _core.Version);
        Volatile.Write(ref _state, Idle); // it was set in between
        return default;
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
