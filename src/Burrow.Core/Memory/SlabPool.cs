namespace Burrow.Core.Memory;

/// <summary>
/// Lends pinned slabs of one size. One slab per core is kept in a slot of that core, reached by one interlocked exchange; the rest lie on a stack behind a
/// lock that is held for a few instructions. What exceeds the bound is left to the collector.
/// </summary>
/// <remarks>
/// Renting never fails and never waits: who rents must be bounded by something else (credit, one slab per direction of a relay). All members are thread-safe.
/// </remarks>
public sealed class SlabPool
{
    /// <summary>
    /// The size of a slab in <see cref="Shared"/>: on loopback, 64 KiB per call moved ten times what 1 KiB did, and more than 64 KiB nothing more.
    /// </summary>
    public const int DefaultSlabSize = 64 * 1024;

    // 16 MiB: a few hundred directions that are busy at once; idle ones hold no slab.
    const int DefaultMaxCached = 256;

    // Eight references are a cache line: slots of different cores lie a line apart, so that the cores don't fight over them.
    const int SlotStride = 8;

    static readonly int Cores = Math.Min(Environment.ProcessorCount, 64);

    readonly Slab?[] _slots = new Slab?[Cores * SlotStride];
    readonly Slab?[] _stack;
    readonly Lock _lock = new();
    readonly ISlabObserver? _observer;
    int _count; // slabs on the stack; guarded by _lock
    int _lowest; // lowest _count since the last Trim; guarded by _lock
    long _created;
    long _dropped;

    /// <param name="slabSize">In bytes.</param>
    /// <param name="maxCached">How many slabs that nobody uses are kept, besides one per core.</param>
    public SlabPool(int slabSize, int maxCached)
        : this(slabSize, maxCached, null)
    {
    }

    internal SlabPool(int slabSize, int maxCached, ISlabObserver? observer)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slabSize);
        ArgumentOutOfRangeException.ThrowIfNegative(maxCached);
        SlabSize = slabSize;
        _stack = new Slab?[maxCached];
        _observer = observer;
    }

    /// <summary>The pool of this process: 64 KiB slabs.</summary>
    public static SlabPool Shared { get; } = new(DefaultSlabSize, DefaultMaxCached);

    /// <summary>In bytes.</summary>
    public int SlabSize { get; }

    /// <summary>How many slabs are kept for later use. Exact only while nobody rents or returns.</summary>
    public int Cached
    {
        get
        {
            var cached = 0;
            for (var i = 0; i < _slots.Length; i += SlotStride)
                if (Volatile.Read(ref _slots[i]) is not null) cached++;
            lock (_lock) return cached + _count;
        }
    }

    /// <summary>How many slabs are lent. Exact only while nobody rents or returns. Costs the hot path nothing: it is computed from the rare events.</summary>
    public long Outstanding => Interlocked.Read(ref _created) - Interlocked.Read(ref _dropped) - Cached;

    /// <summary>Lends a slab with undefined content. The caller owns it until <see cref="Slab.Return"/>.</summary>
    public Slab Rent()
    {
        var slab = Interlocked.Exchange(ref CurrentSlot(), null) ?? Pop() ?? Create();
        slab.MarkRented();
        _observer?.Rented(slab);
        return slab;
    }

    /// <summary>
    /// Lets go of the slabs that were not needed since the last call: half of the least number that lay unused meanwhile. To be called now and then
    /// (every 10 s or so) by the process's housekeeping; a burst's memory is then gone after about a minute.
    /// </summary>
    public void Trim()
    {
        lock (_lock)
        {
            for (var excess = (_lowest + 1) / 2; excess > 0; excess--)
            {
                _stack[--_count] = null;
                _dropped++;
            }
            _lowest = _count;
        }
    }

    internal void TakeBack(Slab slab)
    {
        _observer?.Returned(slab);
        if (Interlocked.Exchange(ref CurrentSlot(), slab) is { } older) Push(older);
    }

    ref Slab? CurrentSlot() => ref _slots[Thread.GetCurrentProcessorId() % Cores * SlotStride];

    Slab Create()
    {
        Interlocked.Increment(ref _created);
        return new Slab(this, SlabSize);
    }

    Slab? Pop()
    {
        lock (_lock)
        {
            if (_count == 0) return null;
            var slab = _stack[--_count];
            _stack[_count] = null;
            _lowest = Math.Min(_lowest, _count);
            return slab;
        }
    }

    void Push(Slab slab)
    {
        lock (_lock)
        {
            if (_count < _stack.Length) _stack[_count++] = slab;
            else _dropped++;
        }
    }
}

/// <summary>Sees every rent and return. For tests, which report what was not returned and spoil what was.</summary>
internal interface ISlabObserver
{
    void Rented(Slab slab);

    void Returned(Slab slab);
}
