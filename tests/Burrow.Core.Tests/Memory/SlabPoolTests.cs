using Burrow.Core.Memory;
using Burrow.Testing;
using Xunit;

namespace Burrow.Core.Tests.Memory;

public sealed class SlabPoolTests
{
    [Fact]
    public void Slab_IsAsLongAsThePoolSays_AndMemoryIsItsArray()
    {
        var slab = new SlabPool(1000, 1).Rent();
        Assert.Equal((1000, 1000, 1000), (slab.Length, slab.Memory.Length, slab.Span.Length));
        slab.Memory.Span[999] = 7;
        Assert.Equal(7, slab.Array[999]);
        slab.Return();
    }

    [Fact]
    public void ReturnedSlabs_AreLentAgain_AndAtMostTheBoundIsKept()
    {
        var pool = new SlabPool(64, maxCached: 4);
        var slabs = Enumerable.Range(0, 100).Select(_ => pool.Rent()).ToList();
        Assert.Equal(100, slabs.Distinct().Count());
        Assert.Equal(100, pool.Outstanding);
        slabs.ForEach(s => s.Return());
        Assert.Equal(0, pool.Outstanding);
        Assert.InRange(pool.Cached, 4, 4 + Environment.ProcessorCount);
        var again = pool.Rent();
        Assert.Contains(again, slabs);
        again.Return();
    }

    [Fact]
    public void Rent_OfACachedSlab_AllocatesNothing()
    {
        var pool = new SlabPool(64, 16);
        for (var i = 0; i < 16; i++) pool.Rent().Return();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            var first = pool.Rent();
            var second = pool.Rent();
            first.Return();
            second.Return();
        }
        // The thread may have moved to another core and found its slot empty: a slab or two, not one for each time.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    [Fact]
    public void SecondReturn_IsRefused()
    {
        var slab = new SlabPool(64, 4).Rent();
        slab.Return();
        Assert.Throws<InvalidOperationException>(slab.Return);
    }

    [Fact]
    public void Trim_LetsGoOfWhatWasNotNeeded_AndKeepsWhatWas()
    {
        var pool = new SlabPool(64, 100);
        var slabs = Enumerable.Range(0, 80).Select(_ => pool.Rent()).ToList();
        slabs.ForEach(s => s.Return());
        pool.Trim(); // since the last call the stack had been empty
        Assert.InRange(pool.Cached, 80 - Environment.ProcessorCount, 80);
        for (var i = 0; i < 8; i++) pool.Trim();
        Assert.InRange(pool.Cached, 0, 1 + Environment.ProcessorCount);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public async Task ManyThreads_NeverShareASlab()
    {
        var pool = new SlabPool(8, 4);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var slab = pool.Rent();
                slab.Span.Fill((byte)n);
                if (slab.Span.ContainsAnyExcept((byte)n)) throw new InvalidOperationException("Two owners.");
                slab.Return();
            }
        })));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void LeakCheckingPool_SaysWhereASlabWasRented()
    {
        var pool = new LeakCheckingPool(slabSize: 64);
        var slab = pool.Pool.Rent();
        var e = Assert.Throws<InvalidOperationException>(pool.AssertAllReturned);
        Assert.Contains(nameof(LeakCheckingPool_SaysWhereASlabWasRented), e.Message, StringComparison.Ordinal);
        slab.Return();
        pool.AssertAllReturned();
    }
}
