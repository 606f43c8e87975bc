using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose;

/// <summary>
/// Owns short tasks that nobody waits for one by one: a client being checked, a target being dialled. What escapes from one is logged.
/// </summary>
sealed class Chores(ILogger logger)
{
    readonly ConcurrentDictionary<Task, byte> _running = new();

    public void Add(Func<Task> work)
    {
        var task = RunAsync(work);
        if (task.IsCompleted) return;
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
    }

    /// <summary>Completes when those that run now have ended.</summary>
    public Task WhenDoneAsync() => Task.WhenAll(_running.Keys);

    async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            TunnelLog.ChoreFailed(logger, exception);
        }
    }
}
