using System.Collections.Concurrent;
using System.Diagnostics;
using Burrow.Core.Memory;

namespace Burrow.Testing;

/// <summary>
/// A pool that knows who holds what: <see cref="AssertAllReturned"/> names the place where each slab that was not returned was rented. Returned slabs are
/// overwritten, so that whoever reads one after its return is found out.
/// </summary>
public sealed class LeakCheckingPool : ISlabObserver
{
    const byte Spoiled = 0xDB;

    readonly ConcurrentDictionary<Slab, StackTrace> _rented = new(ReferenceEqualityComparer.Instance);

    public LeakCheckingPool(int slabSize = SlabPool.DefaultSlabSize, int maxCached = 64) => Pool = new SlabPool(slabSize, maxCached, this);

    public SlabPool Pool { get; }

    public int Outstanding => _rented.Count;

    /// <exception cref="InvalidOperationException">Something was not returned; the message says where it was rented.</exception>
    public void AssertAllReturned()
    {
        if (_rented.IsEmpty) return;
        throw new InvalidOperationException($"{_rented.Count} slabs were not returned. The first was rented here:\n{_rented.Values.First()}");
    }

    void ISlabObserver.Rented(Slab slab) => _rented[slab] = new StackTrace(2, fNeedFileInfo: true);

    void ISlabObserver.Returned(Slab slab)
    {
        _rented.TryRemove(slab, out _);
        slab.Span.Fill(Spoiled);
    }
}
