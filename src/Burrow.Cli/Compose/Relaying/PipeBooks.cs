using Burrow.Cli.Config.Relaying;
using Burrow.Endpoints.HostFiles;

namespace Burrow.Cli.Compose.Relaying;

/// <summary>The two host files of a pipe: which of our addresses it uses, which destination, and what is counted for both.</summary>
sealed class PipeBooks
{
    readonly List<HostAccount> _accounts = [];
    HostLedger? _own;

    /// <summary>The ledger of destinations.</summary>
    public HostLedger? Far { get; private set; }

    /// <summary>Which of our own addresses to use; null: no file says.</summary>
    public string? OwnHost { get; private set; }

    /// <summary>Which destination answered.</summary>
    public string? FarHost { get; set; }

    public IEnumerable<HostLedger?> Ledgers => [_own, Far];

    /// <exception cref="HostFileException">A file can't be used.</exception>
    /// <exception cref="RelayProblemException">A file lists no host.</exception>
    public static PipeBooks Open(PipeOptions options)
    {
        var books = new PipeBooks();
        if (options.BindFile is { } own)
        {
            books._own = new HostLedger(new HostFileStore(own));
            books.OwnHost = First(books._own);
        }
        if (options.NetworkFile is { } far)
        {
            books.Far = new HostLedger(new HostFileStore(far));
            First(books.Far);
        }
        return books;
    }

    /// <summary>Begins to count.</summary>
    public void Count(Func<long> moved)
    {
        if (_own is not null) _accounts.Add(_own.Open(OwnHost!, moved));
        if (FarHost is { Length: > 0 } host) _accounts.Add(Far!.Open(host, moved));
    }

    public void Close() => _accounts.ForEach(account => account.Close());

    static string First(HostLedger ledger) =>
        ledger.LeastFirst() is [var first, ..] ? first : throw new RelayProblemException($"{ledger.Store.Path}: lists no host", Hosting.ExitCode.Usage);
}
