using Burrow.Cli.Compose.Maps;

namespace Burrow.Cli.Compose.Jack;

/// <summary>Turns a session's "suspect" and "recovered" into something that a loop can wait for.</summary>
sealed class LinkAlarm
{
    readonly Lock _gate = new();
    TaskCompletionSource _suspect = New();
    TaskCompletionSource _recovered = New();

    public LinkAlarm(SessionEnd end)
    {
        end.Suspect += () =>
        {
            lock (_gate) _suspect.TrySetResult();
        };
        end.Recovered += () =>
        {
            lock (_gate) _recovered.TrySetResult();
        };
    }

    public Task Suspect
    {
        get { lock (_gate) return _suspect.Task; }
    }

    public Task Recovered
    {
        get { lock (_gate) return _recovered.Task; }
    }

    /// <summary>Whatever was reported before is dealt with.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            if (_suspect.Task.IsCompleted) _suspect = New();
            if (_recovered.Task.IsCompleted) _recovered = New();
        }
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
