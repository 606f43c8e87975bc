namespace Burrow.Cli.Compose.Jack;

/// <summary>Waits between attempts as <see cref="RedialPolicy"/> says. Thread-safe.</summary>
sealed class RedialPace(TimeSpan longest, TimeProvider time)
{
    readonly Lock _gate = new();
    readonly RedialPolicy _policy = new(longest); // guarded by _gate
    CancellationTokenSource _kick = new(); // ends a pause; guarded by _gate

    TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>Whether the path may be back any moment, so that it is worth to try many times a second.</summary>
    public bool IsPressing
    {
        get { lock (_gate) return _policy.IsQuick(Now); }
    }

    /// <summary>A carrier is up.</summary>
    public void Reset()
    {
        lock (_gate) _policy.Reset();
    }

    /// <summary>Jenny has answered, and then the carrier failed.</summary>
    public void Answered()
    {
        lock (_gate) _policy.Answered(Now);
    }

    /// <summary>There is reason to hope: a pause ends, and all begins from the beginning.</summary>
    public void Kick()
    {
        lock (_gate)
        {
            _policy.Reset();
            _kick.Cancel();
        }
    }

    /// <returns>False when it is over.</returns>
    public async Task<bool> PauseAsync(CancellationToken stop)
    {
        TimeSpan pause;
        CancellationToken kick;
        lock (_gate)
        {
            if (_kick.IsCancellationRequested)
            {
                _kick.Dispose();
                _kick = new CancellationTokenSource();
            }
            pause = _policy.Next(Now, Random.Shared.NextDouble());
            kick = _kick.Token;
        }
        if (pause > TimeSpan.Zero)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, kick);
            await Task.Delay(pause, time, either.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        return !stop.IsCancellationRequested;
    }
}
