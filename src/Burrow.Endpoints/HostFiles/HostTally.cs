namespace Burrow.Endpoints.HostFiles;

/// <summary>What this process has moved through one host and not written yet. Guarded by the ledger's gate.</summary>
sealed class HostTally
{
    ulong _closed; // of connections that are over: one number, however many there were
    ulong _beingWritten;

    public HashSet<HostAccount> Open { get; } = [];

    public ulong Unwritten => Open.Aggregate(HostFile.Sum(_closed, _beingWritten), (sum, account) => HostFile.Sum(sum, account.Due));

    public void Close(HostAccount account)
    {
        if (!Open.Remove(account)) return;
        _closed = HostFile.Sum(_closed, account.Take());
        account.LetGo();
    }

    /// <summary>Takes all that is due, to be written. <see cref="Wrote"/> or <see cref="CouldNotWrite"/> follows.</summary>
    public ulong BeginWrite()
    {
        _beingWritten = Open.Aggregate(_closed, (sum, account) => HostFile.Sum(sum, account.Take()));
        _closed = 0;
        return _beingWritten;
    }

    public void Wrote() => _beingWritten = 0;

    public void CouldNotWrite() => (_closed, _beingWritten) = (HostFile.Sum(_closed, _beingWritten), 0);
}
