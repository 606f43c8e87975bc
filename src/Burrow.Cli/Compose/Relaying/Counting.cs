using Burrow.Endpoints.HostFiles;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>Writes the counts of ledgers to their files, at intervals and at the end. A file that can't be written is told of once, and tried again; at the end it is said what is lost.</summary>
sealed class Counting : IAsyncDisposable
{
    readonly IReadOnlyList<HostLedger> _ledgers;
    readonly ILogger _logger;
    readonly ITimer _timer;
    readonly HashSet<HostLedger> _failing = [];

    public Counting(IEnumerable<HostLedger?> ledgers, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _ledgers = [.. ledgers.OfType<HostLedger>()];
        _logger = logger;
        _timer = time.CreateTimer(static self => ((Counting)self!).Write(isLast: false), this, interval, interval);
    }

    /// <summary>What the sockets have moved since is written as well.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Write(isLast: true);
    }

    void Write(bool isLast)
    {
        foreach (var ledger in _ledgers)
        {
            try
            {
                ledger.Write();
                lock (_failing) _failing.Remove(ledger);
            }
            catch (HostFileException problem)
            {
                bool first;
                lock (_failing) first = _failing.Add(ledger);
                if (isLast) RelayLog.CountsLost(_logger, problem.Message, string.Join(", ", ledger.Unwritten.Select(entry => $"{entry.Host} {entry.Bytes}")));
                else if (first) RelayLog.NotCounted(_logger, problem.Message);
            }
        }
    }
}
