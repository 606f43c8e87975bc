namespace Burrow.Session.Mux;

/// <summary>
/// The credit that we grant on a channel (docs/protocol.md §6): absolute offsets, and a window that doubles when the peer uses it up within two round trips, and that shrinks back when
/// it was not needed and memory is short.
/// </summary>
/// <remarks>
/// A value of the channel, guarded by the session's lock. What it holds is reserved in the <see cref="CreditBudget"/>. Credit can't be taken back: a window that shrinks goes on to reserve
/// what was granted and not consumed, and gives it back as the peer uses it up.
/// </remarks>
struct ReceiveWindow
{
    TimeSpan _renewedAt;

    /// <summary>How far ahead of the consumer the peer may be when credit is renewed, in bytes.</summary>
    public int Size { get; private set; }

    /// <summary>What is held in the budget: the window, or more while an older, larger promise is open.</summary>
    public int Reserved { get; private set; }

    /// <summary>The total that has arrived.</summary>
    public ulong Arrived { get; private set; }

    /// <summary>The total that the application took.</summary>
    public ulong Consumed { get; private set; }

    /// <summary>The total that the peer may send.</summary>
    public ulong Granted { get; private set; }

    /// <summary>Grants a first window. Bytes up to <paramref name="early"/> may have arrived before.</summary>
    public void Open(int size, ulong early)
    {
        Size = Reserved = size;
        Granted = Math.Max(early, (ulong)size);
    }

    /// <summary>Has a first window that the peer was not told of with OPEN: credit is due at once.</summary>
    public void OpenLate(int size) => Size = Reserved = size;

    /// <returns>False when the peer sent more than it was granted: a protocol error.</returns>
    public bool Arrive(int bytes)
    {
        Arrived += (ulong)bytes;
        return Arrived <= Granted;
    }

    /// <returns>True when it is time to tell the peer about new credit: half of the window is free again.</returns>
    public bool Consume(int bytes, CreditBudget budget)
    {
        Consumed += (ulong)bytes;
        if (Reserved > Size) Settle(budget);
        return CreditDue;
    }

    public readonly bool CreditDue => Consumed + (ulong)Size >= Granted + (ulong)(Size / 2) && Size > 0;

    /// <summary>The new total to grant, growing the window first when it is what limits the peer.</summary>
    public ulong Renew(TimeSpan now, TimeSpan rtt, CreditBudget budget, int most)
    {
        if (now - _renewedAt < 2 * rtt && Size < most && budget.TryGrow(Size)) Reserved = Size *= 2;
        _renewedAt = now;
        return Granted = Consumed + (ulong)Size;
    }

    /// <summary>
    /// Back to the first window, if this one was not renewed for so long: whoever needs a large window renews it twice in each round trip. A transfer that goes on after that finds
    /// what was granted before, and then a window that grows anew, as TCP's does after a pause.
    /// </summary>
    public void Shrink(TimeSpan now, CreditBudget budget)
    {
        if (Size <= SessionTuning.FirstWindow || now - _renewedAt < SessionTuning.UnusedWindow) return;
        Size = SessionTuning.FirstWindow;
        Settle(budget);
    }

    /// <summary>Gives the reservation back.</summary>
    public void Close(CreditBudget budget)
    {
        budget.Release(Reserved);
        Size = Reserved = 0;
    }

    void Settle(CreditBudget budget)
    {
        var needed = Math.Max(Size, (int)(Granted - Consumed));
        if (needed >= Reserved) return;
        budget.Release(Reserved - needed);
        Reserved = needed;
    }
}
