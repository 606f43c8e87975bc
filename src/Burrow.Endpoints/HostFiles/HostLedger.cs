namespace Burrow.Endpoints.HostFiles;

/// <summary>
/// Keeps account of what this process moves through the hosts of a file, and writes it there now and then: each time only what was not written yet, on top of what others have
/// written meanwhile. Thread-safe. What is over costs nothing but its bytes' place in a sum.
/// </summary>
public sealed class HostLedger(HostFileStore store)
{
    readonly Lock _gate = new();
    readonly Lock _writing = new();
    readonly Dictionary<string, HostTally> _tallies = new(StringComparer.OrdinalIgnoreCase); // guarded by _gate
    int _writes; // guarded by _gate

    public HostFileStore Store => store;

    /// <summary>Hosts, the one to use first: fewest bytes, ours that are not written yet included; of equals the one with fewer connections of ours, then the first in the file.</summary>
    /// <exception cref="HostFileException">The file can't be used.</exception>
    public IReadOnlyList<string> LeastFirst()
    {
        for (var again = true; ; again = false)
        {
            int before;
            lock (_gate) before = _writes;
            var entries = store.Read().Entries.ToList();
            lock (_gate)
            {
                // Ours were written while it was read: they may be missing from both. Twice in a row they would have to be written within milliseconds.
                if (again && _writes != before) continue;
                return [.. entries
                    .OrderBy(entry => HostFile.Sum(entry.Bytes, _tallies.GetValueOrDefault(entry.Host)?.Unwritten ?? 0))
                    .ThenBy(entry => _tallies.GetValueOrDefault(entry.Host)?.Open.Count ?? 0)
                    .Select(entry => entry.Host)];
            }
        }
    }

    /// <summary>Begins to count for one connection.</summary>
    /// <param name="host">As the file writes it.</param>
    /// <param name="moved">Bytes so far; only ever grows. Called from any thread, until the account is closed.</param>
    public HostAccount Open(string host, Func<long> moved)
    {
        var account = new HostAccount(this, host, moved);
        lock (_gate)
        {
            if (!_tallies.TryGetValue(host, out var tally)) _tallies[host] = tally = new HostTally();
            tally.Open.Add(account);
        }
        return account;
    }

    internal void Close(HostAccount account)
    {
        lock (_gate) _tallies[account.Host].Close(account);
    }

    /// <summary>What this process has counted and not written, by host.</summary>
    public IReadOnlyList<HostEntry> Unwritten
    {
        get { lock (_gate) return [.. _tallies.Select(known => new HostEntry(known.Key, known.Value.Unwritten)).Where(entry => entry.Bytes > 0)]; }
    }

    /// <summary>Writes what was not written yet.</summary>
    /// <exception cref="HostFileException">It could not be written; it is kept for the next time.</exception>
    public void Write()
    {
        lock (_writing)
        {
            List<(string Host, ulong Bytes, HostTally Tally)> due;
            lock (_gate) due = [.. _tallies.Select(known => (known.Key, known.Value.BeginWrite(), known.Value))];
            var wrote = false;
            try
            {
                if (due.Exists(sum => sum.Bytes > 0)) store.Update(file => due.Where(sum => sum.Bytes > 0).Aggregate(file, (changed, sum) => changed.Count(sum.Host, sum.Bytes)));
                wrote = true;
            }
            finally
            {
                lock (_gate)
                {
                    if (wrote) _writes++;
                    foreach (var (_, _, tally) in due)
                    {
                        if (wrote) tally.Wrote();
                        else tally.CouldNotWrite();
                    }
                }
            }
        }
    }
}
