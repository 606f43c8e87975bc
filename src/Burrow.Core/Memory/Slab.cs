using System.Runtime.InteropServices;

namespace Burrow.Core.Memory;

/// <summary>
/// A rented piece of pinned memory. Whoever holds the Slab owns the memory: passing the Slab on passes the ownership, and the last owner calls
/// <see cref="Return"/> once. The object is pooled together with its array, so renting allocates nothing.
/// </summary>
/// <remarks>Pinned for its whole life, so that the sockets layer need not pin it for each call and the collector never moves it.</remarks>
public sealed class Slab
{
    readonly SlabPool _pool;
    int _rented;

    internal Slab(SlabPool pool, int size)
    {
        _pool = pool;
        Array = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        Memory = MemoryMarshal.CreateFromPinnedArray(Array, 0, size);
    }

    /// <summary>The array itself, all of which belongs to this slab. Its content is undefined when it was just rented.</summary>
    public byte[] Array { get; }

    /// <summary>All of the slab.</summary>
    public Memory<byte> Memory { get; }

    /// <summary>All of the slab.</summary>
    public Span<byte> Span => Array;

    /// <summary>In bytes: the pool's slab size.</summary>
    public int Length => Array.Length;

    /// <summary>Gives the memory back. The caller must not touch it afterwards. Any thread; never blocks.</summary>
    /// <exception cref="InvalidOperationException">It was returned already: two owners, a bug of ours that must not become shared memory.</exception>
    public void Return()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 0) throw new InvalidOperationException("A slab was returned twice.");
        _pool.TakeBack(this);
    }

    internal void MarkRented() => _rented = 1;
}
