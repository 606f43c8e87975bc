using System.Collections.Concurrent;

namespace Burrow.EndToEnd.Lab;

/// <summary>
/// One thread that does what it is told, in order, and lives until it is disposed. Two things need a thread that lasts: a parent-death signal fires when
/// the <em>thread</em> that forked ends, and a network namespace is entered by a thread, not by a process.
/// </summary>
sealed class PermanentThread : IDisposable
{
    readonly BlockingCollection<Action> _work = new(boundedCapacity: 1024);
    readonly Thread _thread;

    /// <param name="name">For debuggers.</param>
    /// <param name="first">Runs on the thread before anything else; what it throws is thrown here.</param>
    public PermanentThread(string name, Action? first = null)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
        if (first is not null) Run(() => { first(); return true; });
    }

    /// <summary>Runs something on the thread and waits for its result.</summary>
    public T Run<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try { result.SetResult(work()); }
            catch (Exception error) { result.SetException(error); }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the thread when what was asked of it is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
