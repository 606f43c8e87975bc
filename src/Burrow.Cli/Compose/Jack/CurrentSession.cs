namespace Burrow.Cli.Compose.Jack;

/// <summary>The session that clients are led to, or the promise of one. Thread-safe.</summary>
sealed class CurrentSession
{
    readonly Lock _gate = new();
    TaskCompletionSource<KeptSession?> _source = NewSource(); // guarded by _gate

    /// <summary>The session as soon as there is one; null when there will be none any more.</summary>
    public Task<KeptSession?> WhenThere
    {
        get { lock (_gate) return _source.Task; }
    }

    /// <summary>The session, or null while there is none.</summary>
    public KeptSession? Now => WhenThere is { IsCompletedSuccessfully: true } there ? there.Result : null;

    public void Publish(KeptSession session)
    {
        lock (_gate) _source.TrySetResult(session);
    }

    public void Unpublish(KeptSession session)
    {
        lock (_gate)
        {
            if (Now == session) _source = NewSource();
        }
    }

    /// <summary>There will be none any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_source.Task.IsCompleted) _source = NewSource();
            _source.SetResult(null);
        }
    }

    static TaskCompletionSource<KeptSession?> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
