using Burrow.Core;
using Burrow.Session.Link;
using Burrow.Session.Mux;
using Burrow.Session.Tests.Pairs;
using Burrow.Testing;
using Xunit;

namespace Burrow.Session.Tests.Link;

public sealed class ReadAheadTests
{
    const int Limit = 100_000;
    const int Chunk = 32 * 1024;

    readonly CreditBudget _budget = new(1_000_000);

    [Fact]
    public async Task Bytes_ComeOutInTheirOrder_ThenTheEndOfStream()
    {
        var (app, local) = MemoryConnection.CreatePair(capacity: Limit);
        var ahead = new ReadAhead(_budget, Limit);
        var expected = SessionPair.Bytes(90_000);
        await app.WriteAsync(expected);
        Assert.True(ahead.Fill(local));
        Assert.Equal(90_000, ahead.Length);
        Assert.Null(ahead.Ended);
        await app.CompleteAsync();
        Assert.False(ahead.Fill(local));
        Assert.Equal(Connection.EndOfStream, ahead.Ended);
        Assert.Equal(expected, Take(ahead, 777));
        Assert.Equal(1_000_000, _budget.Free);
    }

    [Fact]
    public async Task SmallWrites_ShareTheirMemory()
    {
        var (app, local) = MemoryConnection.CreatePair();
        var ahead = new ReadAhead(_budget, Limit);
        for (var i = 0; i < 1000; i++)
        {
            await app.WriteAsync(new byte[] { (byte)i });
            Assert.True(ahead.Fill(local));
        }
        Assert.Equal(1_000_000 - Chunk, _budget.Free);
        Assert.Equal(Enumerable.Range(0, 1000).Select(value => (byte)value), Take(ahead, 10));
        Assert.Equal(1_000_000, _budget.Free);
    }

    [Fact]
    public async Task TakingWhileFilling_KeepsTheOrder()
    {
        var (app, local) = MemoryConnection.CreatePair();
        var ahead = new ReadAhead(_budget, Limit);
        var expected = SessionPair.Bytes(200_000);
        var taken = new List<byte>();
        var buffer = new byte[1700];
        for (var start = 0; start < expected.Length; start += 2000)
        {
            await app.WriteAsync(expected.AsMemory(start, 2000));
            ahead.Fill(local);
            taken.AddRange(buffer[..ahead.Take(buffer)]);
        }
        while (taken.Count < expected.Length)
        {
            ahead.Fill(local);
            taken.AddRange(Take(ahead, 1700));
        }
        Assert.Equal(expected, taken);
        ahead.Clear();
        Assert.Equal(1_000_000, _budget.Free);
    }

    [Fact]
    public async Task Limit_AndBudget_StopIt()
    {
        var (app, local) = MemoryConnection.CreatePair(capacity: 300_000);
        await app.WriteAsync(new byte[300_000]);
        var ahead = new ReadAhead(_budget, Limit);
        Assert.False(ahead.Fill(local));
        Assert.InRange(ahead.Length, Limit, Limit + Chunk);
        var poor = new ReadAhead(new CreditBudget(2 * Chunk), Limit); // a quarter is never taken for comfort
        Assert.False(poor.Fill(local));
        Assert.Equal(Chunk, poor.Length);
        ahead.Clear();
        Assert.Equal((0, 1_000_000), (ahead.Length, _budget.Free));
    }

    static List<byte> Take(ReadAhead ahead, int piece)
    {
        var taken = new List<byte>();
        var buffer = new byte[piece];
        for (int count; (count = ahead.Take(buffer)) > 0;) taken.AddRange(buffer[..count]);
        return taken;
    }
}
