namespace Burrow.Endpoints.HostFiles;

/// <summary>
/// Keeps account of what this process moves through the hosts of a file, and writes it there now and then: each time only what was not written yet, on top of what others have
/// written meanwhile. Thread-safe.
/// </summary>
public sealed class HostLedger(HostFileStore store)
{
    readonly Lock _gate = new();
    readonly Lock _writing = new();
    readonly List<HostAccount> _accounts = []; // guarded by _gate

    public HostFileStore Store => store;

    /// <summary>Hosts, the one to use first: fewest bytes, ours that are not written yet included; of equals the one with fewer connections of ours, then the first in the file.</summary>
    /// <exception cref="HostFileException">The file can't be used.</exception>
    public IReadOnlyList<string> LeastFirst()
    {
        var entries = store.Read().Entries.ToList();
        lock (_gate)
        {
            return [.. entries
                .OrderBy(entry => Sum(entry.Bytes, Unwritten(entry.Host)))
                .ThenBy(entry => _accounts.Count(account => account.Is(entry.Host) && !account.IsClosed))
                .Select(entry => entry.Host)];
        }
    }

    /// <summary>Begins to count for one connection.</summary>
    /// <param name="host">As the file writes it.</param>
    /// <param name="moved">Bytes so far; only ever grows. Called from any thread.</param>
    public HostAccount Open(string host, Func<long> moved)
    {
        var account = new HostAccount(host, moved);
        lock (_gate) _accounts.Add(account);
        return account;
    }

    /// <summary>Writes what was not written yet.</summary>
    /// <exception cref="HostFileException">It could not be written; it is kept for the next time.</exception>
    public void Write()
    {
        lock (_writing)
        {
            List<(HostAccount Account, long Moved, bool Closed)> due;
            lock (_gate) due = [.. _accounts.Select(account => (account, account.Moved, account.IsClosed))];
            var sums = due.GroupBy(item => item.Account.Host, StringComparer.OrdinalIgnoreCase)
                .Select(group => (Host: group.Key, Bytes: (ulong)group.Sum(item => item.Moved - item.Account.Written)))
                .Where(sum => sum.Bytes > 0).ToList();
            if (sums.Count > 0) store.Update(file => sums.Aggregate(file, (changed, sum) => changed.Count(sum.Host, sum.Bytes)));
            lock (_gate)
            {
                foreach (var (account, moved, _) in due) account.Written = moved;
                foreach (var (account, moved, closed) in due)
                    if (closed && account.Moved == moved) _accounts.Remove(account);
            }
        }
    }

    ulong Unwritten(string host) => (ulong)_accounts.Where(account => account.Is(host)).Sum(account => account.Moved - account.Written);

    static ulong Sum(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;
}

/// <summary>One connection's count for a host.</summary>
public sealed class HostAccount
{
    readonly Func<long> _moved;
    long _closedAt = -1;

    internal HostAccount(string host, Func<long> moved) => (Host, _moved) = (host, moved);

    /// <summary>As the file writes it.</summary>
    public string Host { get; }

    internal bool IsClosed => Volatile.Read(ref _closedAt) >= 0;

    internal long Moved => Volatile.Read(ref _closedAt) is >= 0 and var closed ? closed : _moved();

    internal long Written { get; set; } // guarded by the ledger's gate

    internal bool Is(string host) => Host.Equals(host, StringComparison.OrdinalIgnoreCase);

    /// <summary>The connection is over: its count is final.</summary>
    public void Close() => Interlocked.CompareExchange(ref _closedAt, _moved(), -1);
}
