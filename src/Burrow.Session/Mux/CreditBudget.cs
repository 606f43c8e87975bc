namespace Burrow.Session.Mux;

/// <summary>
/// The memory that all peers together may fill: whatever credit is granted is reserved here first, so that the sum of all promises can be kept. One for the
/// process. Thread-safe, lock-free.
/// </summary>
/// <param name="total">In bytes.</param>
public sealed class CreditBudget(long total)
{
    // With 256 MiB, 8192 shares let nineteen thousand channels be open at once: more than a process has descriptors for on many systems.
    const int Shares = 8192;

    long _used;

    /// <summary>256 MiB, the design's bound for a process.</summary>
    public const long DefaultTotal = 256L * 1024 * 1024;

    public static CreditBudget Shared { get; set; } = new(DefaultTotal);

    public long Free => total - Interlocked.Read(ref _used);

    /// <summary>
    /// What a new channel should start with: the first window while memory is plenty, then ever less (a constant share of what is left), so that late-comers
    /// are slow instead of refused. Zero when there is nothing left.
    /// </summary>
    public int ReserveFirst()
    {
        var fair = (int)Math.Clamp(Free / Shares, SessionTuning.MinWindow, SessionTuning.FirstWindow);
        return TryReserve(fair) ? fair : 0;
    }

    /// <summary>Lets a window grow only while a good part of the whole is free: growth is comfort, a first window is need.</summary>
    public bool TryGrow(int bytes) => Free - bytes > total / 4 && TryReserve(bytes);

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= total) return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}
