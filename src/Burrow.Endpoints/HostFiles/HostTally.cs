namespace Burrow.Endpoints.HostFiles;

/// <summary>What this process has moved through one host and not written yet. Guarded by the ledger's gate.</summary>
sealed class HostTally
{
    ulong _closed; // of connections that are over: one number, however many there were
    ulong _beingWritten;

    public HashSet<HostAccount> Open { get; } = [];

    public ulong Unwritten => Open.Aggregate(Saturating(_closed, _beingWritten), (sum, account) => Saturating(sum, account.Due));

    public void Close(HostAccount account)
    {
        if (!Open.Remove(account)) return;
        _closed = Saturating(_closed, account.Take());
        account.LetGo();
    }

    /// <summary>Takes all that is due, to be written. <see cref="Wrote"/> or <see cref="CouldNotWrite"/> follows.</summary>
    public ulong BeginWrite()
    {
        _beingWritten = Open.Aggregate(_closed, (sum, account) => Saturating(sum, account.Take()));
        _closed = 0;
        return _beingWritten;
    }

    public void Wrote() => _beingWritten = 0;

    public void CouldNotWrite() => (_closed, _beingWritten) = (Saturating(_closed, _beingWritten), 0);

    /// <summary>Counters stay at their end rather than begin anew.</summary>
    public static ulong Saturating(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;
}
