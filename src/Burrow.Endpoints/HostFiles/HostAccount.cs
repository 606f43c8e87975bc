namespace Burrow.Endpoints.HostFiles;

/// <summary>One connection's count for a host. Made by <see cref="HostLedger.Open"/>; thread-safe.</summary>
public sealed class HostAccount
{
    readonly HostLedger _ledger;
    Func<long>? _moved; // null once it is closed: what it counts is let go
    long _taken; // guarded by the ledger's gate, as is Take

    internal HostAccount(HostLedger ledger, string host, Func<long> moved) => (_ledger, Host, _moved) = (ledger, host, moved);

    /// <summary>As the file writes it.</summary>
    public string Host { get; }

    /// <summary>Bytes that nobody has taken yet.</summary>
    internal ulong Due => (ulong)(_moved!() - _taken);

    /// <summary>Takes them.</summary>
    internal ulong Take()
    {
        var due = Due;
        _taken += (long)due;
        return due;
    }

    internal void LetGo() => _moved = null;

    /// <summary>The connection is over: its count is final.</summary>
    public void Close() => _ledger.Close(this);
}
