namespace Burrow.Session.Mux;

/// <summary>
/// The credit that we grant on a channel (docs/protocol.md §6): absolute offsets, and a window that doubles when the peer uses it up within two round trips.
/// </summary>
/// <remarks>A value of the channel, guarded by the session's lock. What it holds is reserved in the <see cref="CreditBudget"/>.</remarks>
struct ReceiveWindow
{
    TimeSpan _renewedAt;

    /// <summary>How far ahead of the consumer the peer may be, in bytes. All of it is reserved in the budget.</summary>
    public int Size { get; private set; }

    /// <summary>The total that has arrived.</summary>
    public ulong Arrived { get; private set; }

    /// <summary>The total that the application took.</summary>
    public ulong Consumed { get; private set; }

    /// <summary>The total that the peer may send.</summary>
    public ulong Granted { get; private set; }

    /// <summary>Grants a first window. Bytes up to <paramref name="early"/> may have arrived before.</summary>
    public void Open(int size, ulong early)
    {
        Size = size;
        Granted = Math.Max(early, (ulong)size);
    }

    /// <summary>Has a first window that the peer was not told of with OPEN: credit is due at once.</summary>
    public void OpenLate(int size) => Size = size;

    /// <returns>False when the peer sent more than it was granted: a protocol error.</returns>
    public bool Arrive(int bytes)
    {
        Arrived += (ulong)bytes;
        return Arrived <= Granted;
    }

    /// <returns>True when it is time to tell the peer about new credit: half of the window is free again.</returns>
    public bool Consume(int bytes)
    {
        Consumed += (ulong)bytes;
        return CreditDue;
    }

    public readonly bool CreditDue => Consumed + (ulong)Size >= Granted + (ulong)(Size / 2) && Size > 0;

    /// <summary>The new total to grant, growing the window first when it is what limits the peer.</summary>
    public ulong Renew(TimeSpan now, TimeSpan rtt, CreditBudget budget, int most)
    {
        if (now - _renewedAt < 2 * rtt && Size < most && budget.TryGrow(Size)) Size *= 2;
        _renewedAt = now;
        return Granted = Consumed + (ulong)Size;
    }

    /// <summary>Gives the reservation back.</summary>
    public void Close(CreditBudget budget)
    {
        budget.Release(Size);
        Size = 0;
    }
}
