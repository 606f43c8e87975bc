namespace Burrow.Endpoints.Inbounds.Stdio;

/// <summary>
/// A thread that may block on standard input or output, one call after another: those know no asynchronous calls that work for files, pipes and terminals alike. It keeps nothing alive: a
/// read that never returns ends with the process.
/// </summary>
internal sealed class StdioThread
{
    readonly SemaphoreSlim _asked = new(0);
    readonly Action _call;
    readonly Lock _gate = new();
    TaskCompletionSource? _waiter; // guarded by _gate
    bool _over; // guarded by _gate

    /// <param name="name">For debuggers.</param>
    /// <param name="call">Blocks; made once for each <see cref="RunAsync"/>.</param>
    public StdioThread(string name, Action call)
    {
        _call = call;
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Makes the call. Completes when it has returned, or at once after <see cref="Abandon"/>; the call itself may then still be under way.</summary>
    public Task RunAsync()
    {
        lock (_gate)
        {
            if (_over) return Task.CompletedTask;
            _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked.Release();
            return _waiter.Task;
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _over = true;
            _waiter?.TrySetResult();
        }
    }

    void Run()
    {
        while (true)
        {
            _asked.Wait();
            _call();
            lock (_gate) _waiter!.TrySetResult();
        }
    }
}
