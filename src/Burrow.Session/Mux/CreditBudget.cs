namespace Burrow.Session.Mux;

/// <summary>
/// The memory that all sessions together may fill: whatever credit is granted, and whatever is read ahead or kept for a replay, is reserved here first, so that the sum of all promises
/// can be kept. One for the process, made by its composition. Thread-safe, lock-free.
/// </summary>
/// <param name="total">In bytes.</param>
public sealed class CreditBudget(long total)
{
    // With 256 MiB, 8192 shares let nineteen thousand channels be open at once: more than a process has descriptors for on many systems.
    const int Shares = 8192;

    long _used;

    /// <summary>256 MiB, the design's bound for a process.</summary>
    public const long DefaultTotal = 256L * 1024 * 1024;

    public long Free => total - Interlocked.Read(ref _used);

    /// <summary>Half of it is in use: what is not needed any more had better be given back.</summary>
    public bool IsShort => Free < total / 2;

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

    /// <summary>
    /// Lets a session remember more than one slab of what it sent, while an eighth is free. A larger part than growth may take: read-ahead that has filled up in an outage is emptied
    /// through this. A smaller one than first windows may: without any, a session goes on a slab at a time.
    /// </summary>
    public bool TryKeep(int bytes) => Free - bytes > total / 8 && TryReserve(bytes);

    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= total) return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);
}
