using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>
/// Owns tasks that nobody waits for one by one: a client being checked, a target being dialled, a connection being relayed. What escapes from one is logged. They are counted and not listed: some
/// processes have tens of thousands. Thread-safe.
/// </summary>
sealed class Chores(ILogger logger)
{
    readonly Lock _gate = new();
    int _running; // guarded by _gate
    TaskCompletionSource? _done; // somebody waits for none to be left; guarded by _gate

    public void Add(Func<Task> work)
    {
        // What it throws before it first waits is the task's as well.
        async Task StartAsync() => await work();
        Add(StartAsync());
    }

    /// <summary>The same for work that has begun; for work that lasts, as nothing is kept of how it began.</summary>
    public void Add(Task work)
    {
        lock (_gate) _running++;
        _ = WatchAsync(work);
    }

    /// <summary>Completes when none is left. To be called when no more are added but by chores themselves.</summary>
    public Task WhenDoneAsync()
    {
        lock (_gate) return _running == 0 ? Task.CompletedTask : (_done ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    async Task WatchAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception exception)
        {
            TunnelLog.ChoreFailed(logger, exception);
        }
        lock (_gate)
        {
            if (--_running > 0) return;
            _done?.TrySetResult();
            _done = null;
        }
    }
}
